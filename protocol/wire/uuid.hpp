// UUIDs of interfaces, transfer syntaxes and objects (C706 appendix A).

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/bytes.hpp"

namespace rpchspec::wire {

/// Three integers, which follow the PDU's byte order, and eight bytes, which do not (C706 A.1).
struct Uuid {
  std::uint32_t time_low = 0;
  std::uint16_t time_mid = 0;
  std::uint16_t time_hi_and_version = 0;
  std::array<std::uint8_t, 8> clock_seq_and_node{};

  friend constexpr auto operator<=>(Uuid const&, Uuid const&) = default;

  [[nodiscard]] constexpr bool is_nil() const { return *this == Uuid{}; }
};

inline constexpr std::size_t kUuidSize = 16;

/// Reads "a4f1db00-ca47-1067-b31f-00dd010662da", digits of either case; empty when it is not one.
[[nodiscard]] constexpr std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) {
    return std::nullopt;
  }
  std::array<std::uint8_t, kUuidSize> bytes{};
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') {
        return std::nullopt;
      }
      continue;
    }
    int const value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value < 0) {
      return std::nullopt;
    }
    auto& byte = bytes[digits++ / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | value);
  }
  Uuid uuid;
  uuid.time_low = load<std::uint32_t>(bytes, 0, ByteOrder::big);
  uuid.time_mid = load<std::uint16_t>(bytes, 4, ByteOrder::big);
  uuid.time_hi_and_version = load<std::uint16_t>(bytes, 6, ByteOrder::big);
  for (std::size_t i = 0; i < 8; ++i) {
    uuid.clock_seq_and_node[i] = bytes[8 + i];
  }
  return uuid;
}

/// Lower-case digits with hyphens: 36 characters.
[[nodiscard]] std::string to_string(Uuid const& uuid);

/// Reads 16 bytes at `offset`. Precondition: they are there.
[[nodiscard]] Uuid load_uuid(ByteView bytes, std::size_t offset, ByteOrder order);

/// Appends 16 bytes.
void append_uuid(Bytes& to, Uuid const& uuid, ByteOrder order);

}  // namespace rpchspec::wire
