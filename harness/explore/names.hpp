// What scenarios call the channels of a virtual connection and their legs.

#pragma once

#include <cstdint>
#include <string>

#include "harness/explore/history.hpp"

namespace rpchspec::explore {

/// "in" or "out".
[[nodiscard]] inline std::string name_of(Side side) {
  return side == Side::in ? "in" : "out";
}

[[nodiscard]] inline Side other(Side side) {
  return side == Side::in ? Side::out : Side::in;
}

/// The leg on which a channel's payload arrives.
[[nodiscard]] inline std::string receiver_of(Side side) {
  return side == Side::in ? "server.in" : "client.out";
}

/// The n-th connection of a leg, from 1: client.in#2 is the first successor.
[[nodiscard]] inline std::string numbered(std::string const& leg, std::uint32_t n) {
  return leg + "#" + std::to_string(n);
}

/// RPC PDUs of 16 bytes.
inline constexpr char const* kOrphaned = "05001303100000001000000007000000";
inline constexpr char const* kCoCancel = "05001203100000001000000008000000";

/// A cookie of no channel.
inline constexpr char const* kForeignCookie = "00112233445566778899aabbccddeeff";

}  // namespace rpchspec::explore
