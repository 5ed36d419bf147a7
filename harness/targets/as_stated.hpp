// A case as one target plays it: with what is stated of it, where the case follows a fact.

#pragma once

#include <optional>
#include <string_view>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// The case with the values of a foreign RPC proxy's facts, stated or probed, in the places that
/// follow them; its client logs on with a scheme that the case is for. Empty: it is played as it
/// stands, as with a proxy of ours, embedded or behind a front, which is configured as it says.
[[nodiscard]] std::optional<scenario::v1::Scenario> as_stated(
    scenario::v1::Scenario const& scenario, Topology topology, Facts const& facts);

/// True when the case takes more of this fact of a foreign proxy than what its own configuration
/// says: `needs` names it.
[[nodiscard]] bool is_stated_in_needs(scenario::v1::Scenario const& scenario,
                                      std::string_view fact);

/// A proxy of ours is given what the case says.
[[nodiscard]] bool is_configured_by_us(Topology topology);

}  // namespace rpchspec::targets
