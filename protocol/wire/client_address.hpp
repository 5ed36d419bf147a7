// The address in a ClientAddress command and as text (MS-RPCH 2.2.3.2).

#pragma once

#include <string>
#include <string_view>

#include "protocol/base/error.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::wire {

/// How the address bytes stand on the wire.
///
/// The text says "little-endian" for both kinds, and decoders disagree (AMB-01). `customary` is
/// what Samba and gromox write and read: IPv4 reversed, IPv6 in network order.
enum class AddressOrder { customary, network, reversed };

/// What stands behind the address, as a value that is looked at and not set.
inline constexpr std::string_view kAddressPadding = "ClientAddress.padding";

/// A command from "10.1.2.3" or "2001:db8::123"; bad_value for anything else.
[[nodiscard]] Result<ClientAddressCommand> client_address(
    std::string_view text, AddressOrder order = AddressOrder::customary);

/// The address as text, read in the given order. Address types that no section defines are shown
/// as IPv6.
[[nodiscard]] std::string to_string(ClientAddressCommand const& command,
                                    AddressOrder order = AddressOrder::customary);

/// True when the command holds this address in any byte order (AMB-01: both are accepted).
[[nodiscard]] bool holds_address(ClientAddressCommand const& command, std::string_view text);

}  // namespace rpchspec::wire
