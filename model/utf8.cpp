#include "model/utf8.hpp"

#include <cstdint>

namespace rpchspec::model {
namespace {

/// Bytes of the sequence that starts here; 0 when it is no UTF-8.
std::size_t sequence_length(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  auto const first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  std::size_t const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  auto const second = byte(1);
  bool const overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  bool const surrogate = first == 0xed && second >= 0xa0;
  bool const beyond = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_control(char c) {
  auto const byte = static_cast<std::uint8_t>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace

std::optional<BadUtf8> first_bad_utf8(std::string_view text) {
  Mark where;
  while (!text.empty()) {
    auto const length = sequence_length(text);
    if (length == 0) {
      return BadUtf8{where, "this byte is not UTF-8"};
    }
    if (is_control(text[0])) {
      return BadUtf8{where, "a control character"};
    }
    if (text[0] == '\n') {
      where = {where.line + 1, 1};
    } else {
      where.column += static_cast<int>(length);
    }
    text.remove_prefix(length);
  }
  return std::nullopt;
}

}  // namespace rpchspec::model
