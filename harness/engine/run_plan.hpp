// Which cases a run plays under which configuration of its target, and which it skips.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/engine/address_block.hpp"
#include "harness/engine/run.hpp"
#include "harness/engine/schedule.hpp"

namespace rpchspec::engine {

/// What is played under one configuration of the target.
struct Configured {
  targets::Target const* target = nullptr;
  std::vector<CaseJob> jobs = {};  // as in_order() gives them
};

struct SkippedCase {
  scenario::v1::Scenario const* scenario = nullptr;
  reports::SkipReason reason;
};

/// Points into itself, and into the request that it was made of.
struct RunPlan {
  std::vector<Configured> stages;  // in the order in which they are entered; one at least
  std::vector<SkippedCase> skipped;
  std::vector<std::unique_ptr<scenario::v1::Scenario>> stated;  // cases that follow facts

  /// No case is left for any configuration.
  [[nodiscard]] bool idle() const;
};

/// Gives each case, in all its repetitions, to the first configuration that can show it.
/// @param absent  why the target can't be started on this machine: all is skipped; empty: it can.
[[nodiscard]] RunPlan make_plan(RunRequest const& request,
                                std::string const& absent,
                                CaseNumbers& numbers);

/// How many of so many jobs are played side by side.
[[nodiscard]] std::size_t threads_for(RunRequest const& request, std::size_t jobs);

[[nodiscard]] reports::Estimate estimate(RunRequest const& request, RunPlan const& plan);

}  // namespace rpchspec::engine
