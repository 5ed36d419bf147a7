// How many cases a fact would run, once it is stated: it has one value, and cases want several.

#pragma once

#include <string>
#include <vector>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// Of the cases that wait for this fact and no other, those that the value runs which runs most of
/// them. A fact whose values cannot be guessed, as a name or a rule, is taken to run all.
[[nodiscard]] std::vector<scenario::v1::Scenario const*> run_by_one_value(
    std::string const& fact,
    std::vector<scenario::v1::Scenario const*> const& waiting,
    Target const& target);

}  // namespace rpchspec::targets
