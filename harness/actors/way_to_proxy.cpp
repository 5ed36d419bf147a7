#include "harness/actors/way_to_proxy.hpp"

#include "harness/actors/request_head.hpp"
#include "net/event.hpp"
#include "net/http_io.hpp"
#include "net/task_scope.hpp"
#include "protocol/wire/role_heads.hpp"

namespace rpchspec::actors {
namespace {

using session::ProxyUse;
using session::ProxyUseDetermination;

std::string bracketed(std::string const& host) {
  return host.find(':') != std::string::npos ? "[" + host + "]" : host;
}

Error no_tunnel(std::string const& why) {
  return {ErrorCode::io, 0, "", kTunnelSection,
          "the HTTP proxy opened no tunnel for CONNECT: " + why};
}

/// @return what came behind the response's head.
net::Task<Result<Bytes>> ask_for_tunnel(net::Stream& stream, Origin to, net::Deadline deadline) {
  auto const place = bracketed(to.host) + ":" + std::to_string(to.port);
  wire::RequestHead head;
  head.method = "CONNECT";
  head.target = place;
  head.headers = {{"Host", place}, {"User-Agent", "MSRPC"}};
  auto const bytes = wire::encode(head);
  (void)co_await stream.write_all(bytes, deadline);
  net::ReadBuffer buffer;
  auto const answer = co_await net::read_response_head(stream, buffer, deadline);
  if (!answer) {
    co_return tl::unexpected(no_tunnel(answer.error().error.detail));
  }
  if (answer->status / 100 != 2) {
    co_return tl::unexpected(
        no_tunnel("it answered " + std::to_string(answer->status) + " " + answer->reason));
  }
  auto const rest = buffer.data();
  co_return Bytes(rest.begin(), rest.end());
}

net::Task<Result<net::Stream>> open_tls_tunnel(Way way,
                                               std::optional<journal::ConnectionTap> tap,
                                               net::Deadline deadline) {
  auto stream = co_await open_tunnel(way, deadline);
  if (!stream) {
    co_return tl::unexpected(stream.error());
  }
  if (tap) {
    stream->observe(std::move(*tap));
  }
  auto const uses = stream->use_tls(way.tls, way.to.host);
  if (!uses) {
    co_return tl::unexpected(uses.error());
  }
  auto const shaken = co_await stream->handshake(deadline);
  if (!shaken) {
    co_return tl::unexpected(shaken.error().error);
  }
  co_return std::move(*stream);
}

/// The echo request of 2.1.2.1.5, and whether its response comes.
net::Task<bool> answers_echo(ClientTarget const& target, net::Deadline deadline) {
  auto const& to = target.in;
  Way way(target, to);
  if (to.tls) {
    auto context = net::TlsContext::client(target.tls);
    if (!context) {
      co_return false;
    }
    way.tls = *context;
  }
  auto stream = co_await open_way(std::move(way), std::nullopt, deadline);
  if (!stream) {
    co_return false;
  }
  constexpr std::uint8_t kBody[] = {0xF8, 0xE8, 0x18, 0x08};  // fn 12
  wire::RequestOptions options;
  options.target = request_target(
      target, to,
      target.path + "?" + target.server_name + ":" + std::to_string(target.ports.at("store")));
  options.host = authority_of(to);
  options.content_length = std::size(kBody);
  auto const logs_on = target.credentials.handshake.has_value();  // its legs are left to channels
  if (!target.credentials.user.empty() && !logs_on) {
    options.extra = {{"Authorization", basic_authorization(target.credentials)}};
  }
  auto bytes = wire::encode(wire::channel_request(wire::kInMethod, options));
  append(bytes, ByteView(kBody));
  (void)co_await stream->write_all(bytes, deadline);
  net::ReadBuffer buffer;
  auto const answer = co_await net::read_response_head(*stream, buffer, deadline);
  if (!answer) {
    co_return false;
  }
  if (logs_on && answer->status == 401) {
    co_return true;
  }
  auto const length = wire::content_length(answer->headers);
  co_return answer->status == 200 && length&&* length == wire::kEchoResponseLength;
}

struct Determination {
  Determination(net::Executor const& executor, net::Deadline deadline_)
      : machine(ProxyUseDetermination::Times{}, Clock::now()),
        changed(executor),
        deadline(deadline_) {}

  ProxyUseDetermination machine;
  net::Event changed;
  net::Deadline deadline;
};

net::Task<> ask(Determination& made, ClientTarget const& way, ProxyUse use) {
  auto const answered = co_await answers_echo(way, made.deadline);
  if (answered) {
    made.machine.on_echo_response(use, Clock::now());
  } else {
    made.machine.on_failed(use);
  }
  made.changed.notify();
}

net::Task<> wait(Determination& made) {
  while (!made.machine.over()) {
    auto const until = earlier(net::Deadline(made.machine.next_deadline()), made.deadline);
    (void)co_await made.changed.next(until);
    made.machine.on_deadline(made.deadline.has_passed() ? kNever : Clock::now());
  }
}

}  // namespace

net::Task<Result<net::Stream>> open_tunnel(Way way, net::Deadline deadline) {
  auto const& proxy = *way.target.forward_proxy;
  net::ConnectOptions options(proxy.host, proxy.port);
  options.local_address = way.target.local_address;
  options.resolve = way.target.resolve;
  auto stream = co_await net::connect(std::move(options), deadline);
  if (!stream) {
    co_return tl::unexpected(stream.error().error);
  }
  auto rest = co_await ask_for_tunnel(*stream, way.to, deadline);
  if (!rest) {
    co_return tl::unexpected(rest.error());
  }
  stream->push_back(std::move(*rest));
  co_return std::move(*stream);
}

std::string authority_of(Origin const& origin) {
  auto const usual = origin.tls ? 443 : 80;
  auto host = bracketed(origin.host);
  return origin.port == usual ? host : host + ":" + std::to_string(origin.port);
}

std::string request_target(ClientTarget const& target,
                           Origin const& to,
                           std::string path_and_query) {
  auto const is_absolute = target.forward_proxy && !to.tls;
  return is_absolute ? "http://" + authority_of(to) + path_and_query : path_and_query;
}

net::Task<Result<net::Stream>> open_way(Way way,
                                        std::optional<journal::ConnectionTap> tap,
                                        net::Deadline deadline) {
  if (way.target.forward_proxy && way.to.tls) {
    co_return co_await open_tls_tunnel(std::move(way), std::move(tap), deadline);
  }
  auto const& to = way.target.forward_proxy ? *way.target.forward_proxy : way.to;
  net::ConnectOptions options(to.host, to.port);
  options.local_address = way.target.local_address;
  options.resolve = way.target.resolve;
  options.tls = way.tls;
  auto stream = co_await net::connect(std::move(options), std::move(tap), deadline);
  if (!stream) {
    co_return tl::unexpected(stream.error().error);
  }
  co_return std::move(*stream);
}

net::Task<Result<ProxyUse>> determine_proxy_use(ClientTarget const& target,
                                                net::Deadline deadline) {
  auto const executor = co_await net::asio::this_coro::executor;
  auto directly = target;
  directly.forward_proxy.reset();
  Determination made(executor, deadline);
  auto both = [&](net::TaskScope& scope) -> net::Task<> {
    scope.spawn(ask(made, target, ProxyUse::indirect));
    scope.spawn(ask(made, directly, ProxyUse::direct));
    co_await wait(made);
    scope.cancel();
  };
  co_await net::in_scope(std::move(both));
  if (made.machine.state() != ProxyUseDetermination::State::determined) {
    co_return fail({ErrorCode::io, 0, "", "MS-RPCH 3.2.2.4.1.1",
                    "no echo response came, neither directly nor through the HTTP proxy " +
                        authority_of(*target.forward_proxy)});
  }
  co_return made.machine.use();
}

}  // namespace rpchspec::actors
