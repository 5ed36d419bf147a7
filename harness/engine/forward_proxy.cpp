#include "harness/engine/forward_proxy.hpp"

#include <charconv>

#include "harness/engine/relay.hpp"
#include "net/http_io.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::engine {
namespace {

constexpr auto kBound = std::chrono::seconds(15);
constexpr std::uint16_t kHttpPort = 80;

/// "host:port" and what stands behind it.
struct Place {
  std::string host;
  std::uint16_t port = 0;
  std::string path;
};

/// "host:6001", "[::1]:6001"; without a port: 80.
std::optional<Place> place_of(std::string_view authority) {
  auto const bracket = authority.rfind(']');
  auto const colon = authority.rfind(':');
  auto const has_port = colon != authority.npos && (bracket == authority.npos || colon > bracket);
  Place place{std::string(authority.substr(0, has_port ? colon : authority.size())), kHttpPort, {}};
  if (place.host.starts_with('[') && place.host.ends_with(']')) {
    place.host = place.host.substr(1, place.host.size() - 2);
  }
  if (has_port) {
    auto const digits = authority.substr(colon + 1);
    auto const* const end = digits.data() + digits.size();
    auto const [stop, error] = std::from_chars(digits.data(), end, place.port);
    if (error != std::errc() || stop != end) {
      return std::nullopt;
    }
  }
  return place.host.empty() || place.port == 0 ? std::nullopt : std::optional(place);
}

std::optional<Place> place_of_absolute(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (!target.starts_with(kScheme)) {
    return std::nullopt;
  }
  target.remove_prefix(kScheme.size());
  auto const slash = std::min(target.find('/'), target.size());
  auto place = place_of(target.substr(0, slash));
  if (place) {
    place->path = slash == target.size() ? "/" : std::string(target.substr(slash));
  }
  return place;
}

net::Task<> refuse(net::Stream& client, unsigned status, std::string reason) {
  wire::ResponseHead head;
  head.status = status;
  head.reason = std::move(reason);
  head.headers = {{"Content-Length", "0"}, {"Connection", "close"}};
  auto const bytes = wire::encode(head);
  (void)co_await client.write_all(bytes, net::Deadline::in(kBound));
  co_await client.close(net::CloseHow::fin, net::Deadline::in(kBound));
}

}  // namespace

ForwardProxy::ForwardProxy(net::Executor executor,
                           Target target,
                           std::vector<net::ResolveOverride> resolve)
    : target_(target),
      resolve_(std::move(resolve)),
      server_(executor, "ForwardProxy", [this](net::Stream client) {
        return serve(std::move(client));
      }) {}

Result<void> ForwardProxy::start() {
  return server_.start(net::ListenOptions("127.0.0.1", 0));
}

net::Task<> ForwardProxy::serve(net::Stream client) {
  auto const deadline = net::Deadline::in(kBound);
  net::ReadBuffer buffer;
  auto head = co_await net::read_request_head(client, buffer, net::Deadline::never());
  if (!head) {
    co_return;
  }
  auto const tunnels = head->method == "CONNECT";
  auto const place = tunnels ? place_of(head->target) : place_of_absolute(head->target);
  if (!place) {
    co_await refuse(client, 400, "Bad Request");
    co_return;
  }
  net::ConnectOptions to(place->host, place->port);
  to.resolve = resolve_;
  auto server = co_await net::connect(to, deadline);
  if (!server) {
    co_await refuse(client, 502, "Bad Gateway");
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
