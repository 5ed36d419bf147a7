#include "net/address.hpp"

#include <boost/asio/ip/address.hpp>

namespace rpchspec::net {

bool is_ip_address(std::string_view text) {
  boost::system::error_code error;
  static_cast<void>(boost::asio::ip::make_address(text, error));
  return !error;
}

bool is_loopback(std::string_view host) {
  boost::system::error_code error;
  auto const address = boost::asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

}  // namespace rpchspec::net
