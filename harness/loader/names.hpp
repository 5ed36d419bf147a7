// Names that PDUs and their fields have in a scenario.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::loader {

[[nodiscard]] bool contains(std::vector<std::string> const& words, std::string_view word);

/// The 50 RTS PDUs of MS-RPCH 2.2.4, the DCE/RPC types, and "rpc" (any RPC PDU), "rts" (any RTS
/// PDU), "any".
[[nodiscard]] std::vector<std::string> const& pdu_names();
[[nodiscard]] bool is_pdu_name(std::string_view name);

/// Of these, the RTS PDUs: what can be sent by name.
[[nodiscard]] std::vector<std::string> const& rts_names();

/// DCE/RPC types: "bind_ack", "fault", ...
[[nodiscard]] std::vector<std::string> const& rpc_type_names();

/// Header fields, "header.pfc_flags": of an RTS PDU, or of any RPC PDU.
[[nodiscard]] std::vector<std::string> const& header_fields();

/// Empty when a PDU of that name has a value of that meaning; else what it has, in words. Header
/// fields are known everywhere.
[[nodiscard]] std::string unknown_meaning(std::string_view pdu, std::string_view meaning);

/// Why a PDU of that name cannot be sent with this value of a meaning that it has; empty when it
/// can. "$Parameter" stands for what the run knows then.
[[nodiscard]] std::string wrong_value(std::string_view pdu,
                                      std::string_view meaning,
                                      std::string const& value);

/// Why no value of a meaning that is a number can be like this; empty when one can, and for
/// meanings that are no numbers.
[[nodiscard]] std::string wrong_condition(std::string_view pdu,
                                          std::string_view meaning,
                                          std::string const& wanted);

}  // namespace rpchspec::loader
