// Which way an RTS PDU with a Destination command goes (MS-RPCH 3.2.1.5.2, and its table).

#pragma once

#include <string_view>

#include "protocol/wire/rts.hpp"

namespace rpchspec::session {

/// The four parties of one virtual connection.
enum class Role { Client, InboundProxy, Server, OutboundProxy };

[[nodiscard]] std::string_view to_string(Role role);

/// Who gets the PDU next, seen from `self`. `self` itself: the PDU has arrived and is consumed.
///
/// The bytes are forwarded unchanged, whatever the PDU is. Only PDUs that carry a Destination are
/// forwarded, and nobody adds one.
[[nodiscard]] Role next_hop(Role self, wire::ForwardDestination destination);

/// The party that a destination names.
[[nodiscard]] Role party_of(wire::ForwardDestination destination);

}  // namespace rpchspec::session
