// Text fields of protobuf must be UTF-8, or the reader refuses the record; peers send what they
// like.

#pragma once

#include <string>
#include <string_view>

#include <google/protobuf/message.h>

namespace rpchspec::journal {

/// How many bytes at the front of `text` are well-formed UTF-8 (RFC 3629).
[[nodiscard]] std::size_t valid_utf8_prefix(std::string_view text);

/// `text` with '?' for each byte that is no part of well-formed UTF-8. Same length.
[[nodiscard]] std::string to_utf8(std::string text);

/// The same for every string field of a message, at any depth.
void make_utf8(google::protobuf::Message& message);

}  // namespace rpchspec::journal
