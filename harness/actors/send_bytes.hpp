// The bytes of a `send` step: RTS PDUs with overrides, raw bytes, cuts.

#pragma once

#include <map>
#include <string>

#include "model/scenario.pb.h"
#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::actors {

/// Values by meaning ("OUTChannelCookie" -> hex): what the sender's role would put there.
using MeaningValues = std::map<std::string, std::string, std::less<>>;

/// True when the step sends RPC payload rather than bytes that are known beforehand.
[[nodiscard]] bool is_payload(scenario::v1::Send const& step);

/// One copy of what the step sends, `then` included, `cut` applied.
///
/// Overrides are meanings of the PDU's form, or header fields: header.rpc_vers, rpc_vers_minor,
/// ptype, pfc_flags, packed_drep, frag_length, auth_length, call_id, number_of_commands, flags. A
/// value "$Name" is looked up in `values`.
/// @return not_found for an unknown PDU, meaning or header field, with what is allowed.
[[nodiscard]] Result<Bytes> bytes_of(scenario::v1::Send const& step, MeaningValues const& values);

/// Hex digits, white space between bytes allowed.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// The PTYPE of "request", "response", "fault", ...; not_found with the list otherwise.
[[nodiscard]] Result<std::uint8_t> ptype_of(std::string_view name);

}  // namespace rpchspec::actors
