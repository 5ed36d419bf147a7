#include "protocol/wire/rpc_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/wire/base64.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kSection = "MS-RPCH 2.1.2.1.3";
constexpr std::string_view kPrefix = "RPC Error: ";
constexpr std::string_view kInfo = ", EEInfo: ";
constexpr std::string_view kBodyPrefix = "RPC EEInfo:";
constexpr std::string_view kStatusLineStart = "HTTP/1.0 503 ";

constexpr std::array<std::uint32_t, 14> kReserved{
    0x00000000, 0x80000001, 0x80000002, 0x80000003, 0xC0000005, 0xC0000006, 0xC000001D,
    0xC0000096, 0xC00000AA, 0xC00000FD, 0xC0000194, 0xC0000235, 0xC0000409, 0xC0000420};

tl::unexpected<Error> bad(ErrorCode code,
                          std::size_t offset,
                          std::string_view field,
                          std::string_view expected) {
  return fail({code, offset, field, kSection, "expected " + std::string(expected)});
}

}  // namespace

Result<RpcErrorReason> parse_rpc_error_reason(std::string_view reason) {
  if (!reason.starts_with(kPrefix)) {
    return bad(ErrorCode::bad_syntax, 0, "reason-phrase", "\"RPC Error: \"");
  }
  auto const comma = std::min(reason.find(','), reason.size());
  auto const digits = reason.substr(kPrefix.size(), comma - kPrefix.size());
  RpcErrorReason found;
  auto const* const end = digits.data() + digits.size();
  auto const [stop, error] = std::from_chars(digits.data(), end, found.code, 16);
  if (error == std::errc::result_out_of_range) {
    return bad(ErrorCode::bad_value, kPrefix.size(), "RPC-Error", "at most FFFFFFFF");
  }
  if (error != std::errc() || stop != end) {
    return bad(ErrorCode::bad_syntax, kPrefix.size(), "RPC-Error", "hexadecimal digits");
  }
  if (comma == reason.size()) {
    return found;
  }
  auto const rest = reason.substr(comma);
  if (!rest.starts_with(kInfo)) {
    return bad(ErrorCode::bad_syntax, comma, "ee-info", "\", EEInfo: \"");
  }
  auto const text = rest.substr(kInfo.size());
  if (!base64_decode(text)) {
    return bad(ErrorCode::bad_syntax, comma + kInfo.size(), "ee-info", "base64");
  }
  found.ee_info = std::string(text);
  return found;
}

std::string to_string(RpcErrorReason const& reason) {
  std::array<char, 8> digits{};
  auto const [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), reason.code, 16);
  auto text = std::string(kPrefix) + std::string(digits.data(), end);
  if (reason.ee_info) {
    text += std::string(kInfo) + *reason.ee_info;
  }
  return text;
}

std::span<std::uint32_t const> reserved_rpc_errors() {
  return kReserved;
}

bool is_reserved_rpc_error(std::uint32_t code) {
  return std::binary_search(kReserved.begin(), kReserved.end(), code);
}

RpcErrorResponse rpc_error_response(RpcErrorReason const& error) {
  RpcErrorResponse response;
  auto reason = to_string(error);
  if (kStatusLineStart.size() + reason.size() + 2 > kMaxReasonLine) {
    reason = to_string(RpcErrorReason{error.code, {}});
  }
  if (error.ee_info) {
    response.body = std::string(kBodyPrefix) + *error.ee_info + "\r\n";
  }
  response.head.version = kHttp10;
  response.head.status = 503;
  response.head.reason = std::move(reason);
  response.head.headers = {{"Content-Length", std::to_string(response.body.size())},
                           {"Connection", "close"}};
  return response;
}

Result<std::optional<std::string>> parse_rpc_error_body(std::string_view body) {
  if (body.empty()) {
    return std::optional<std::string>();
  }
  if (!body.starts_with(kBodyPrefix)) {
    return bad(ErrorCode::bad_syntax, 0, "message-body", "\"RPC EEInfo:\"");
  }
  if (!body.ends_with("\r\n")) {
    return bad(ErrorCode::bad_syntax, body.size(), "message-body", "CRLF at the end");
  }
  auto const text = body.substr(kBodyPrefix.size(), body.size() - kBodyPrefix.size() - 2);
  auto const bytes = base64_decode(text);
  if (!bytes) {
    return bad(ErrorCode::bad_syntax, kBodyPrefix.size() + bytes.error().offset, "message-body",
               "base64");
  }
  return std::optional(std::string(text));
}

}  // namespace rpchspec::wire
