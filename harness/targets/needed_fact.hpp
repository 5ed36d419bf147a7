// What a scenario needs of a fact: "NAME", "NAME=VALUE" or "NAME=LOW..HIGH", either end of which
// may be left open.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/facts.hpp"

namespace rpchspec::targets {

/// Why a scenario cannot need this fact, "NAME", "NAME=VALUE" or "NAME=LOW..HIGH", as it stands
/// there: no target could ever state it. Empty when one can.
[[nodiscard]] std::string wrong_fact(std::string_view fact);

/// Whether what is stated is what a scenario needs: of "NAME" any value but false and none, of
/// "NAME=VALUE" that one, of "NAME=LOW..HIGH" any duration or size in between, "120s.." upwards.
[[nodiscard]] bool states(Facts const& facts, std::string_view fact);

/// Values by which such a need is met, where it names any: those at the ends of its range.
[[nodiscard]] std::vector<std::string> values_of_need(std::string_view fact);

}  // namespace rpchspec::targets
