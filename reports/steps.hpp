// The flattened list of a scenario's steps: what Step.index in a journal counts.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.pb.h"

namespace rpchspec::reports {

/// One entry of the flattened list.
struct FlatStep {
  std::string label;  // "given:opened"; the scenario's own label; else the action: "server.send"
  scenario::v1::Step const* step = nullptr;  // null for a named set-up; lives with the scenario
  bool own = false;                          // one of `steps`, not of `given`
  bool in_branch = false;                    // inside a `parallel`
};

/// Named set-ups first, one entry each; then `steps` in order; a `parallel` takes an entry of its
/// own, followed by the steps of its branches, branch after branch.
[[nodiscard]] std::vector<FlatStep> flatten_steps(scenario::v1::Scenario const& scenario);

/// "server.send", "await", "pause", "parallel"; "step" for one without an action.
[[nodiscard]] std::string_view action_name(scenario::v1::Step const& step);

}  // namespace rpchspec::reports
