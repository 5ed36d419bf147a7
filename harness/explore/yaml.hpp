// A scenario as YAML, as a person would write it.

#pragma once

#include <string>

#include "model/scenario.pb.h"

namespace rpchspec::explore {

/// Reads back as the same scenario, but for what the loader fills. Named set-ups are not undone:
/// `given` and matrices must be empty.
[[nodiscard]] std::string to_yaml(scenario::v1::Scenario const& scenario);

}  // namespace rpchspec::explore
