// One run of selected scenarios against one target, for `run` and for `matrix`.

#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "harness/cli/library.hpp"
#include "harness/engine/run.hpp"
#include "harness/targets/options.hpp"

namespace rpchspec::cli {

struct SuiteToRun {
  loader::Library const& shipped;
  loader::Suite const& suite;
  std::vector<std::pair<targets::Option const*, std::string>> given;  // for the rerun command
  engine::WayMaker way_to_peer = {};  // empty: as the engine has it, without gRPC
};

/// Selects, runs, and writes the files of `settings.out`. Ends early when `stop` becomes a signal's
/// number (engine/run.hpp).
/// @throws UsageError: a selector means nothing.
[[nodiscard]] engine::RunOutcome run_suite(SuiteToRun const& what,
                                           targets::Settings const& settings,
                                           engine::RunObserver& observer,
                                           std::atomic<int> const& stop);

}  // namespace rpchspec::cli
