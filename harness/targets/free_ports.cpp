#include "harness/targets/free_ports.hpp"

#include <list>

#include "harness/targets/url.hpp"
#include "net/asio.hpp"

namespace rpchspec::targets {

namespace {

namespace asio = net::asio;

/// Keeps each port bound until all are picked: no two are the same.
class Picker {
 public:
  Result<std::uint16_t> pick(std::string const& host) {
    boost::system::error_code error;
    auto const address = host == "localhost" ? asio::ip::make_address("127.0.0.1", error)
                                             : asio::ip::make_address(host, error);
    auto& acceptor = held_.emplace_back(io_.get_executor());
    if (!error) {
      asio::ip::tcp::endpoint const place(address, 0);
      acceptor.open(place.protocol(), error);
      if (!error) {
        acceptor.bind(place, error);
      }
    }
    if (error) {
      return fail({ErrorCode::io,
                   0,
                   "port",
                   {},
                   "there is no free port to be had at " + host + ": " + error.message()});
    }
    return acceptor.local_endpoint().port();
  }

 private:
  asio::io_context io_;
  std::list<net::TcpAcceptor> held_;
};

std::string with_port(Url const& url) {
  auto const scheme = std::string(url.tls ? "https://" : "http://");
  auto const rest = url.text.find('/', scheme.size());
  auto const path = rest == std::string::npos ? std::string() : url.text.substr(rest);
  return scheme + to_string(Address{url.host, url.port}) + path;
}

}  // namespace

Result<void> settle_ports(Target& target) {
  Picker picker;
  for (auto& url : target.urls) {
    if (url.port != 0) {
      continue;
    }
    auto const port = picker.pick(url.host);
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
    auto const port = picker.pick(upstream.host);
    if (!port) {
      return tl::unexpected(port.error());
    }
    upstream.port = *port;
  }
  return {};
}

}  // namespace rpchspec::targets
