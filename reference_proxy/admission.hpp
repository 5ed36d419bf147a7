// What becomes of a request, judged by its head alone. No I/O.

#pragma once

#include <string>
#include <variant>

#include "protocol/wire/http_head.hpp"
#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_uri.hpp"
#include "reference_proxy/config.hpp"
#include "reference_proxy/responses.hpp"

namespace rpchspec::proxy {

/// What is known of the connection that a request came on.
struct Transport {
  bool tls = false;
  bool client_certificate = false;  // of an authority that the proxy trusts
  bool let_in = false;              // by a handshake on it, or by what a defect goes by
  std::string challenge = {};       // with which a handshake on it goes on; empty: none does
};

/// Answer 20 bytes once the request's body was read.
struct EchoRequest {
  std::uint64_t body = 0;  // bytes
};

/// The connection becomes a channel.
struct ChannelRequest {
  wire::ProxyRole role = wire::ProxyRole::inbound;
  wire::RpcUri uri;
  std::uint64_t content_length = 0;
  wire::Pragmas pragmas;
  bool forbidden = false;  // by ValidPorts, to be told with the first PDU
};

/// The connection becomes a v1 session.
struct V1Request {
  wire::RpcUri uri;
};

using Admission = std::variant<Refusal, EchoRequest, ChannelRequest, V1Request>;

/// Where the URI's server really is; null: `servers` does not name it.
[[nodiscard]] ServerOverride const* mapped_server(wire::RpcUri const& uri,
                                                  ProxyConfig const& config);

/// Method, path, AllowAnonymous and credentials, URI, ValidPorts, length: in this order.
[[nodiscard]] Admission admit(wire::RequestHead const& head,
                              Transport const& transport,
                              ProxyConfig const& config);

inline constexpr std::uint32_t kErrorAccessDenied = 5;  // what ValidPorts refuses

}  // namespace rpchspec::proxy
