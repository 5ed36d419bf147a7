// What the commands of 2.2.3.5 have in common: name, section, bytes after the type. Private to
// wire.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "protocol/wire/rts.hpp"

namespace rpchspec::wire::layout {

struct Command {
  std::string_view name;
  std::string_view field;    // what its value is called
  std::string_view section;  // with the document's name, for errors; bare from kBareSection on
  std::uint8_t
      content_size;  // bytes after the type; for Padding and ClientAddress: of their prefix
};

inline constexpr std::size_t kBareSection = std::string_view("MS-RPCH ").size();
inline constexpr std::size_t kCommandTypes = 15;
inline constexpr std::size_t kTypeSize = 4;
inline constexpr std::size_t kClientAddressPadding = 12;
inline constexpr std::uint32_t kMaxPadding = 65535;

inline constexpr std::array<Command, kCommandTypes> kCommands{{
    {"ReceiveWindowSize", "ReceiveWindowSize", "MS-RPCH 2.2.3.5.1", 4},
    {"FlowControlAck", "Ack", "MS-RPCH 2.2.3.5.2", 24},
    {"ConnectionTimeout", "ConnectionTimeout", "MS-RPCH 2.2.3.5.3", 4},
    {"Cookie", "Cookie", "MS-RPCH 2.2.3.5.4", 16},
    {"ChannelLifetime", "ChannelLifetime", "MS-RPCH 2.2.3.5.5", 4},
    {"ClientKeepalive", "ClientKeepalive", "MS-RPCH 2.2.3.5.6", 4},
    {"Version", "Version", "MS-RPCH 2.2.3.5.7", 4},
    {"Empty", "", "MS-RPCH 2.2.3.5.8", 0},
    {"Padding", "ConformanceCount", "MS-RPCH 2.2.3.5.9", 4},
    {"NegativeANCE", "", "MS-RPCH 2.2.3.5.10", 0},
    {"ANCE", "", "MS-RPCH 2.2.3.5.11", 0},
    {"ClientAddress", "AddressType", "MS-RPCH 2.2.3.5.12", 4},
    {"AssociationGroupId", "AssociationGroupId", "MS-RPCH 2.2.3.5.13", 16},
    {"Destination", "Destination", "MS-RPCH 2.2.3.5.14", 4},
    {"PingTrafficSentNotify", "PingTrafficSent", "MS-RPCH 2.2.3.5.15", 4},
}};

/// Bytes of the address itself. Types that no section defines are written with 16.
constexpr std::size_t address_size(std::uint32_t address_type) {
  return address_type == 0 ? 4 : 16;
}

}  // namespace rpchspec::wire::layout
