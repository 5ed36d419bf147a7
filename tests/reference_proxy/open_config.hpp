// The configuration that most tests of the proxy begin with, and the request of a channel.

#pragma once

#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_uri.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy::testing {

/// Asks nobody for credentials.
inline ProxyConfig open_to_all() {
  ProxyConfig config;
  config.allow_anonymous = true;
  return config;
}

/// To a server on loopback.
inline std::string request(std::string_view method, std::uint16_t port, std::uint64_t length) {
  wire::RequestOptions options;
  options.target = wire::rpc_target(wire::RpcPath::no_cert, "127.0.0.1", port);
  options.host = "proxy";
  options.content_length = length;
  auto const bytes = wire::encode(wire::channel_request(method, options));
  return std::string(as_text(bytes));
}

}  // namespace rpchspec::proxy::testing
