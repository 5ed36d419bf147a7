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
  std::string label;  // the step's own label; else its action: "server.send"
  std::string given;  // the named set-up it belongs to; empty: one of the case's own
  scenario::v1::Step const* step =
      nullptr;             // lives with the scenario; null: a set-up not filled in
  bool in_branch = false;  // inside a `parallel`

  [[nodiscard]] bool own() const { return given.empty(); }
};

/// Steps of set-ups first (as the loader put them into `steps` or `set_up`; else one entry a name),
/// then the case's own, in order. A `parallel` takes an entry of its own, followed by the steps of
/// its branches, branch after branch.
[[nodiscard]] std::vector<FlatStep> flatten_steps(scenario::v1::Scenario const& scenario);

/// Where `since: label` points to: "given:opened" is the whole of that set-up.
struct StepRange {
  std::uint32_t first = 0;  // events count from its beginning
  std::uint32_t last = 0;   // times count from its end
};

/// Empty when there is no step of that name.
[[nodiscard]] std::optional<StepRange> find_step(std::vector<FlatStep> const& steps,
                                                 std::string_view label);

/// The last step outside branches: the end of the timeline. Empty without steps.
[[nodiscard]] std::optional<std::uint32_t> last_step(std::vector<FlatStep> const& steps);

/// The first step that is the case's own; empty when it has none.
[[nodiscard]] std::optional<std::uint32_t> first_own_step(std::vector<FlatStep> const& steps);

/// "server.send", "await", "pause", "parallel"; "step" for one without an action.
[[nodiscard]] std::string_view action_name(scenario::v1::Step const& step);

/// The mock backend does it: `server.send` and its like.
[[nodiscard]] inline bool is_of_server(scenario::v1::Step const& step) {
  return action_name(step).starts_with("server.");
}

}  // namespace rpchspec::reports
