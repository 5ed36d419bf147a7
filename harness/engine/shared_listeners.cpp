#include "harness/engine/shared_listeners.hpp"

#include <boost/asio/ip/udp.hpp>

#include "harness/engine/case_place.hpp"

namespace rpchspec::engine {

// A connected UDP socket sends nothing; the system picks the source address of the route.
Result<std::string> address_towards(std::string const& host, std::uint16_t port) {
  net::asio::io_context io;
  boost::system::error_code error;
  net::asio::ip::udp::resolver resolver(io);
  auto const found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty()) {
    return fail({ErrorCode::not_found, 0, "", "",
                 "the proxy's host '" + host + "' can't be resolved: " + error.message()});
  }
  net::asio::ip::udp::socket socket(io);
  socket.connect(found.begin()->endpoint(), error);
  if (error) {
    return fail(
        {ErrorCode::io, 0, "", "", "there is no route to " + host + ": " + error.message()});
  }
  return socket.local_endpoint().address().to_string();
}

Result<void> SharedListeners::open_upstream(targets::Target const& target) {
  auto const over_tls = !target.upstream_tls.empty();
  Dispatcher::Options options;
  for (auto const& at : target.upstream_listen) {
    options.listen.push_back(over_tls ? net::ListenOptions("127.0.0.1", 0)
                                      : net::ListenOptions(at.host, at.port));
  }
  options.key_of = key_of_request;
  auto upstream = Dispatcher::start(std::move(options));
  if (!upstream) {
    return tl::unexpected(upstream.error());
  }
  upstream_ = std::move(*upstream);
  if (!over_tls) {
    return {};
  }
  std::vector<TlsUpstream::Way> ways;
  for (auto const& at : target.upstream_listen) {
    ways.push_back({at, upstream_->ports()[ways.size()]});
  }
  auto tls = TlsUpstream::start(target.upstream_tls, ways);
  if (!tls) {
    return tl::unexpected(tls.error());
  }
  tls_upstream_ = std::move(*tls);
  return {};
}

Result<void> SharedListeners::open_server_legs(targets::Target const& target) {
  auto const bind = target.backend_bind == "auto" ? own_address_ : target.backend_bind;
  Dispatcher::Options options;
  for (auto const port : target.backend_ports) {
    options.listen.emplace_back(bind, port);
  }
  options.key_of = key_of_server_leg;
  auto legs = Dispatcher::start(std::move(options));
  if (!legs) {
    return tl::unexpected(legs.error());
  }
  server_legs_ = std::move(*legs);
  return {};
}

Result<SharedListeners> SharedListeners::open(targets::Target const& target) {
  SharedListeners made;
  if (target.topology == targets::Topology::embedded || target.urls.empty()) {
    return made;
  }
  auto const& url = target.urls.front();
  auto own = address_towards(url.host, url.port);
  if (!own && target.forward_proxy) {  // who else would know the name
    own = address_towards(target.forward_proxy->host, target.forward_proxy->port);
  }
  if (own) {
    made.own_address_ = *own;
  } else if (target.resolve.empty()) {
    return tl::unexpected(own.error());
  }
  Result<void> opened;
  if (target.topology == targets::Topology::http_front) {
    opened = made.open_upstream(target);
  } else if (targets::has_our_servers(target.topology) && !has_own_addresses(target) &&
             !target.backend_at) {
    opened = made.open_server_legs(target);
  }
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  return made;
}

}  // namespace rpchspec::engine
