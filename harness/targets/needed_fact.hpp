// What a scenario needs of a fact: "NAME", "NAME=VALUE" or "NAME=LOW..HIGH".

#pragma once

#include <string>
#include <string_view>

#include "harness/targets/facts.hpp"

namespace rpchspec::targets {

/// Why a scenario cannot need this fact, "NAME", "NAME=VALUE" or "NAME=LOW..HIGH", as it stands
/// there: no target could ever state it. Empty when one can.
[[nodiscard]] std::string wrong_fact(std::string_view fact);

/// Whether what is stated is what a scenario needs: of "NAME" any value but false, of "NAME=VALUE"
/// as it is written, of "NAME=LOW..HIGH" any duration in between.
[[nodiscard]] bool states(Facts const& facts, std::string_view fact);

}  // namespace rpchspec::targets
