// Strong types for quantities that must not be mixed. Names are MS-RPCH's.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "protocol/base/bytes.hpp"

namespace rpchspec {

/// An integer with a meaning. Tags keep two meanings from being mixed.
template <class Int, class Tag>
struct Quantity {
  Int value{};

  constexpr Quantity() = default;

  explicit constexpr Quantity(Int v) : value(v) {}

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
};

using ReceiveWindowSize = Quantity<std::uint32_t, struct ReceiveWindowSizeTag>;  // bytes
using AvailableWindow = Quantity<std::uint32_t, struct AvailableWindowTag>;      // bytes
using BytesReceived = Quantity<std::uint32_t, struct BytesReceivedTag>;          // bytes
using BytesSent = Quantity<std::uint32_t, struct BytesSentTag>;                  // bytes
using RpcPduSize = Quantity<std::uint32_t, struct RpcPduSizeTag>;                // bytes
using ChannelLifetime = Quantity<std::uint32_t, struct ChannelLifetimeTag>;      // bytes
using ConnectionTimeout = Quantity<std::uint32_t, struct ConnectionTimeoutTag>;  // milliseconds
using ClientKeepalive = Quantity<std::uint32_t, struct ClientKeepaliveTag>;      // milliseconds
using Port = Quantity<std::uint16_t, struct PortTag>;

/// 16 opaque bytes (MS-RPCH 2.2.3.1). Compared and copied, never interpreted.
template <class Tag>
struct Cookie16 {
  std::array<std::uint8_t, 16> bytes{};

  friend constexpr auto operator<=>(Cookie16 const&, Cookie16 const&) = default;
};

using RtsCookie =
    Cookie16<struct RtsCookieTag>;  // on the wire, before its position gives it a meaning
using VirtualConnectionCookie = Cookie16<struct VirtualConnectionCookieTag>;
using ChannelCookie = Cookie16<struct ChannelCookieTag>;
using AssociationGroupId = Cookie16<struct AssociationGroupIdTag>;

/// 32 lower-case hexadecimal digits.
template <class Tag>
[[nodiscard]] std::string to_hex(Cookie16<Tag> const& cookie) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (auto const byte : cookie.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace rpchspec
