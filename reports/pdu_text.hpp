// A PDU record in words: which PDU it is, given who saw it, and what its fields hold.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "journal/journal.pb.h"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::reports {

/// Its name from the point of view of the event's source and direction: of several kinds with the
/// same form the one that travels this way. "CONN/C2", "response", "RTS of no known form".
[[nodiscard]] std::string pdu_name(journal::v1::Event const& event);

[[nodiscard]] bool is_rpc(journal::v1::Pdu const& pdu);

/// Whether the PDU goes by this name: an RTS name of 2.2.4, "rpc", "rts", or a DCE/RPC type.
[[nodiscard]] bool goes_by(journal::v1::Pdu const& pdu, std::string_view name);

/// The RTS PDU that the record holds; empty for others and for broken ones.
[[nodiscard]] std::optional<wire::RtsPdu> decoded(journal::v1::Pdu const& pdu);

/// A field by its meaning ("ReceiveWindowSize"), by header field ("header.pfc_flags"), or
/// one of call_id, size, ptype, status (fault), reason (bind_nak). Empty when there is none.
[[nodiscard]] std::optional<std::string> field_of(journal::v1::Pdu const& pdu,
                                                  std::string_view name,
                                                  std::string_view field);

/// "ReceiveWindowSize 65536, ConnectionTimeout 120000": what tells one such PDU from another.
[[nodiscard]] std::string key_fields(journal::v1::Event const& event);

}  // namespace rpchspec::reports
