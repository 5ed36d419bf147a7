#include "harness/engine/forward_proxy.hpp"

#include <fmt/format.h>

#include "harness/engine/relay.hpp"
#include "net/http_io.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kBound = std::chrono::seconds(15);
constexpr std::size_t kMostQuoted = 200;  // bytes of what a request asked for

/// What a request asks for, to be connected to. A tunnel has no path.
std::optional<actors::AbsoluteTarget> place_of(wire::RequestHead const& head) {
  if (head.method != "CONNECT") {
    return actors::parse_absolute(head.target);
  }
  auto authority = actors::parse_authority(head.target);
  return authority ? std::optional(actors::AbsoluteTarget{std::move(*authority), {}})
                   : std::nullopt;
}

net::Task<> refuse(net::Stream& client, unsigned status, std::string reason, std::string why) {
  wire::ResponseHead head;
  head.status = status;
  head.reason = std::move(reason);
  head.headers = {{"Content-Type", "text/plain"},
                  {"Content-Length", std::to_string(why.size())},
                  {"Connection", "close"}};
  auto bytes = wire::encode(head);
  append(bytes, as_bytes(why));
  (void)co_await client.write_all(bytes, net::Deadline::in(kBound));
  co_await client.close(net::CloseHow::fin, net::Deadline::in(kBound));
}

}  // namespace

ForwardProxy::ForwardProxy(net::Executor executor,
                           Target target,
                           ForwardReach reach,
                           Refused refused)
    : target_(target),
      reach_(std::move(reach)),
      refused_(std::move(refused)),
      server_(executor, "ForwardProxy", [this](net::Stream client) {
        return serve(std::move(client));
      }) {}

Result<void> ForwardProxy::start() {
  return server_.start(net::ListenOptions("127.0.0.1", 0));
}

std::string ForwardProxy::reason_against(std::string_view method, std::string_view target) const {
  std::string known;
  for (auto const& origin : reach_.origins) {
    known += fmt::format("{}{} port {}", known.empty() ? "" : ", ", origin.host, origin.port);
  }
  return fmt::format(
      "the forward proxy of a case leads to the proxy under test alone ({}), and refused '{} {}'",
      known, method.substr(0, kMostQuoted), target.substr(0, kMostQuoted));
}

net::Task<> ForwardProxy::serve(net::Stream client) {
  auto const deadline = net::Deadline::in(kBound);
  net::ReadBuffer buffer;
  auto head = co_await net::read_request_head(client, buffer, net::Deadline::never());
  if (!head) {
    co_return;
  }
  auto const tunnels = head->method == "CONNECT";
  auto const place = place_of(*head);
  if (!place) {
    co_await refuse(client, 400, "Bad Request", std::string());
    co_return;
  }
  if (!actors::is_among(reach_.origins, place->authority)) {
    auto why = reason_against(head->method, head->target);
    refused_(why);
    co_await refuse(client, 403, "Not The Proxy Under Test", why + "\r\n");
    co_return;
  }
  net::ConnectOptions to(place->authority.host, place->authority.port);
  to.resolve = reach_.resolve;
  auto server = co_await net::connect(to, deadline);
  if (!server) {
    co_await refuse(client, 502, "Bad Gateway", std::string());
    co_return;
  }
  Bytes first;
  if (tunnels) {
    wire::ResponseHead const established{wire::kHttp11, 200, "Connection established", {}};
    auto const bytes = wire::encode(established);
    (void)co_await client.write_all(bytes, deadline);
  } else {
    head->target = target_ == Target::origin_form ? place->path : head->target;
    head->headers.emplace_back("Via", "1.1 rpchspec");
    first = wire::encode(*head);
  }
  append(first, buffer.data());
  (void)co_await server->write_all(first, deadline);
  co_await relay_both(client, *server);
}

}  // namespace rpchspec::engine
