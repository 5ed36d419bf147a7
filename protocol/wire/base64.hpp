// Base64 with padding, no line breaks (RFC 4648 section 4): EEInfo, Basic authentication, NTLM.

#pragma once

#include <string>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::wire {

[[nodiscard]] std::string base64_encode(ByteView bytes);

/// @return bad_syntax with the offset of the first character that does not belong: also for missing
///         or surplus padding, and for bits behind the last byte that are not zero.
[[nodiscard]] Result<Bytes> base64_decode(std::string_view text);

}  // namespace rpchspec::wire
