// What the proxy answers in HTTP, as its configuration has it. No I/O.

#pragma once

#include <string>

#include "protocol/wire/http_head.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

/// Answer with this head and body, and go on with the connection or close it.
struct Refusal {
  wire::ResponseHead head;
  std::string body;
  bool keep_connection = false;
};

/// The explanation is the body, as text.
[[nodiscard]] Refusal refuse(unsigned status, std::string reason, std::string_view explanation);

/// 503 with this code in its reason phrase (MS-RPCH 2.1.2.1.3).
[[nodiscard]] Refusal rpc_error(std::uint32_t code, ProxyConfig const& config);

/// Puts a refusal in the words that latitude chose: other statuses, an HTML page, other headers.
void dress(Refusal& refusal, ProxyConfig const& config);

/// Head of a successful OUT channel's response.
[[nodiscard]] wire::ResponseHead out_head(ProxyConfig const& config);

/// Head of a successful RPC connect response (v1).
[[nodiscard]] wire::ResponseHead v1_head(ProxyConfig const& config);

/// Head and body of the echo response.
[[nodiscard]] Bytes echo_response(wire::RequestHead const& request, ProxyConfig const& config);

}  // namespace rpchspec::proxy
