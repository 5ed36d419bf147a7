#include "harness/targets/free_ports.hpp"

#include <fstream>
#include <random>

#include "harness/targets/url.hpp"
#include "net/asio.hpp"
#include "net/held_name.hpp"

namespace rpchspec::targets {

namespace asio = net::asio;

/// Picks ports, and keeps them from other runs while it lives.
class HeldPorts {
 public:
  Result<std::uint16_t> pick(std::string const& host);

 private:
  std::vector<net::HeldName> held_;
};

namespace {

struct Range {
  std::uint16_t first = 16384;
  std::uint16_t behind = 32768;
};

/// Below those that the system hands out to whoever binds port 0 or connects.
Range pickable() {
  Range range;
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  if (std::uint16_t lowest = 0; file >> lowest && lowest > range.first) {
    range.behind = lowest;
  }
  return range;
}

boost::system::error_code try_to_bind(asio::ip::tcp::endpoint const& place) {
  asio::io_context io;
  net::TcpAcceptor acceptor(io.get_executor());
  boost::system::error_code error;
  acceptor.open(place.protocol(), error);
  if (!error) {
    acceptor.bind(place, error);
  }
  return error;
}

std::string with_port(Url const& url) {
  auto const scheme = std::string(url.tls ? "https://" : "http://");
  auto const rest = url.text.find('/', scheme.size());
  auto const path = rest == std::string::npos ? std::string() : url.text.substr(rest);
  return scheme + to_string(Address{url.host, url.port}) + path;
}

}  // namespace

Result<std::uint16_t> HeldPorts::pick(std::string const& host) {
  auto const [first, behind] = pickable();
  auto const count = static_cast<std::uint16_t>(behind - first);
  auto const start = std::random_device()() % count;
  boost::system::error_code error;
  auto const address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  for (std::uint32_t i = 0; i < count && (!error || error == asio::error::address_in_use); ++i) {
    auto const port = static_cast<std::uint16_t>(first + (start + i) % count);
    auto name = net::HeldName::take("rpchspec-port-" + std::to_string(port));
    error = name ? try_to_bind({address, port}) : asio::error::address_in_use;
    if (!error) {
      held_.push_back(*std::move(name));
      return port;
    }
  }
  auto const why = "there is no free port to be had at " + host + ": " + error.message();
  return fail({ErrorCode::io, 0, "port", {}, why});
}

Result<void> settle_ports(Target& target) {
  auto picker = std::make_shared<HeldPorts>();
  if (target.topology == Topology::rpc_proxy || target.topology == Topology::split) {
    for (auto& each : target.backend_ports) {
      auto const port = each != 0 ? Result<std::uint16_t>(each) : picker->pick("0.0.0.0");
      if (!port) {
        return tl::unexpected(port.error());
      }
      each = *port;
    }
  }
  for (auto& url : target.urls) {
    if (url.port != 0) {
      continue;
    }
    auto const port = picker->pick(url.host);
    if (!port) {
      return tl::unexpected(port.error());
    }
    url.port = *port;
    url.text = with_port(url);
  }
  for (auto& upstream : target.upstream_listen) {
    if (upstream.port != 0) {
      continue;
    }
    auto const port = picker->pick(upstream.host);
    if (!port) {
      return tl::unexpected(port.error());
    }
    upstream.port = *port;
  }
  target.held_ports = std::move(picker);
  return {};
}

}  // namespace rpchspec::targets
