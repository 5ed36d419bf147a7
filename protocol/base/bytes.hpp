// Byte sequences: views that do not own, vectors that do, and bounded little- and big-endian
// access.

#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace rpchspec {

using ByteView = std::span<std::uint8_t const>;
using MutableByteView = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

/// The characters of a text as bytes. The view lives as long as the text.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// Bytes as characters, without interpretation. The view lives as long as the bytes.
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Byte order of a DCE/RPC PDU's integers (C706 14.1). RTS is always little-endian.
enum class ByteOrder { little, big };

/// Reads sizeof(Int) bytes at `offset`. Precondition: they are there.
template <class Int>
[[nodiscard]] constexpr Int load(ByteView bytes,
                                 std::size_t offset,
                                 ByteOrder order = ByteOrder::little) {
  using Wide = std::uint64_t;
  Wide value = 0;
  for (std::size_t i = 0; i < sizeof(Int); ++i) {
    auto const at = order == ByteOrder::little ? i : sizeof(Int) - 1 - i;
    value |= Wide{bytes[offset + i]} << (8 * at);
  }
  return static_cast<Int>(value);
}

/// Writes sizeof(Int) bytes at `offset`. Precondition: there is room.
template <class Int>
constexpr void store(MutableByteView bytes,
                     std::size_t offset,
                     Int value,
                     ByteOrder order = ByteOrder::little) {
  auto const wide = static_cast<std::uint64_t>(value);
  for (std::size_t i = 0; i < sizeof(Int); ++i) {
    auto const at = order == ByteOrder::little ? i : sizeof(Int) - 1 - i;
    bytes[offset + i] = static_cast<std::uint8_t>(wide >> (8 * at));
  }
}

/// Appends an integer to a growing byte sequence.
template <class Int>

requires(!std::is_class_v<Int>) void append(Bytes& to,
                                            Int value,
                                            ByteOrder order = ByteOrder::little) {
  auto const offset = to.size();
  to.resize(offset + sizeof(Int));
  store<Int>(to, offset, value, order);
}

/// Appends raw bytes.
inline void append(Bytes& to, ByteView bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace rpchspec
