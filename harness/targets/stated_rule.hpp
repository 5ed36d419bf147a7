// What the ValidPorts rule that is stated of a foreign proxy lets scenarios ask of it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"
#include "protocol/wire/valid_ports.hpp"

namespace rpchspec::targets {

/// What a case asks for though the rule does not list it: `needs: [refused:NAME]`.
enum class Refused { port, port_below_range, port_above_range, server };

/// "port", "port-below-range", "port-above-range", "server".
[[nodiscard]] std::optional<Refused> parse_refused(std::string_view name);

/// What this case asks a foreign proxy for, against its stated rule. Empty: nothing; or the proxy
/// is the embedded one, which is given the scenario's own rule.
[[nodiscard]] std::optional<Refused> asks_for_refused(scenario::v1::Scenario const& scenario,
                                                      Target const& target);

/// Ports that the rule does not list for this server, at most 16, the most telling first: those
/// next to a range, or, for Refused::port, some that lie apart. Empty for Refused::server.
[[nodiscard]] std::vector<std::uint16_t> refused_ports(wire::ValidPorts const& rule,
                                                       std::string_view server,
                                                       Refused what);

/// The servers' name as the rule lists it. With --server-name auto towards another machine that is
/// our address, the first one of the rule; empty where the rule lists none, or where each case has
/// an address of its own.
[[nodiscard]] std::string listed_server(Target const& target, wire::ValidPorts const& rule);

/// Why no case of ours can ask for this; empty: one can.
[[nodiscard]] std::string why_not_refused(Target const& target,
                                          wire::ValidPorts const& rule,
                                          Refused what);

/// True when the stated rule lists the Store in the way that the scenario's own rule does: at the
/// same end of a range, where that has one entry, or in the same place among several.
/// @param scenario  as written; $server_name and $store stand for the target's.
[[nodiscard]] bool lists_likewise(Target const& target,
                                  wire::ValidPorts const& rule,
                                  std::string const& scenario);

/// The address that --backend-bind says; empty for `auto` and for what stands for all addresses.
[[nodiscard]] std::string bound_address(Target const& target);

/// The proxy and the cases' servers are on this machine: any address of 127/8 is ours to name.
[[nodiscard]] bool is_on_loopback(Target const& target);

}  // namespace rpchspec::targets
