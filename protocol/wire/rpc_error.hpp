// The error a proxy reports in the reason phrase of a 503 (MS-RPCH 2.1.2.1.3).

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/base/error.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::wire {

inline constexpr std::uint32_t kRpcServerUnavailable = 0x6BA;  // what Windows typically reports
inline constexpr std::size_t kMaxReasonLine = 1024;  // bytes of the whole status line with its CRLF

/// "RPC Error: 6ba, EEInfo: AAEC".
struct RpcErrorReason {
  std::uint32_t code = kRpcServerUnavailable;
  std::optional<std::string> ee_info{};  // base64 text
  friend bool operator==(RpcErrorReason const&, RpcErrorReason const&) = default;
};

/// Reads a reason phrase. bad_syntax when it has another form (also for "0x6ba" and an EEInfo that
/// is no base64), bad_value when the number exceeds FFFFFFFF. Reserved codes are read like others.
[[nodiscard]] Result<RpcErrorReason> parse_rpc_error_reason(std::string_view reason);

/// The phrase in lower-case hexadecimal without prefix or leading zeros; nothing is checked.
[[nodiscard]] std::string to_string(RpcErrorReason const& reason);

/// The status codes of MS-RPCE 3.3.3.5.1 that a reason phrase MUST NOT carry, in ascending order.
[[nodiscard]] std::span<std::uint32_t const> reserved_rpc_errors();
[[nodiscard]] bool is_reserved_rpc_error(std::uint32_t code);

/// A failure response: 503, HTTP/1.0 as the text asks, Content-Length of its body.
struct RpcErrorResponse {
  ResponseHead head;
  std::string body;  // empty, or "RPC EEInfo:<base64>" and CRLF
};

/// EEInfo that would make the status line longer than 1024 bytes goes into the body alone.
[[nodiscard]] RpcErrorResponse rpc_error_response(RpcErrorReason const& error);

/// The base64 text of a failure's body; empty for an empty body, bad_syntax for any other form.
[[nodiscard]] Result<std::optional<std::string>> parse_rpc_error_body(std::string_view body);

}  // namespace rpchspec::wire
