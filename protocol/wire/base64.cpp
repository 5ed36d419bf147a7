#include "protocol/wire/base64.hpp"

#include <algorithm>

namespace rpchspec::wire {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

tl::unexpected<Error> bad(std::size_t offset, std::string_view detail) {
  return fail({ErrorCode::bad_syntax, offset, "base64", "RFC 4648 4", std::string(detail)});
}

}  // namespace

std::string base64_encode(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto const taken = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < taken ? bytes[i + k] : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= taken ? kAlphabet[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

Result<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return bad(text.size(), "length is no multiple of 4");
  }
  auto const padding = text.ends_with("==") ? 2U : text.ends_with("=") ? 1U : 0U;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const is_padding = i + padding >= text.size();
    auto const value = is_padding ? 0 : kAlphabet.find(text[i]);
    if (value == std::string_view::npos) {
      return bad(i, "a character outside the alphabet");
    }
    group = group << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      append(bytes, group << 8, ByteOrder::big);
      bytes.pop_back();
      group = 0;
    }
  }
  for (auto i = 0U; i < padding; ++i) {
    if (bytes.back() != 0) {
      return bad(text.size() - padding - 1, "bits behind the last byte");
    }
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace rpchspec::wire
