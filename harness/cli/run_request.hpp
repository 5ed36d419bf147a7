// What `run` was asked for, whether by the program's command line or by a caller in this process.

#pragma once

#include <string>
#include <vector>

#include "harness/cli/run_options.hpp"
#include "harness/engine/run.hpp"

namespace rpchspec::cli {

/// --variant all: a run for each of them.
inline constexpr char const* kAllVariants = "all";

struct RunOptions {
  std::vector<std::string> selectors;
  TableOptions table;

  /// Once; lives as long as `app`.
  void declare(CLI::App& app);
};

/// The settings of one run, or of one a variant. @throws UsageError, also for a defect or variant
/// that there is not.
[[nodiscard]] targets::Settings settings_of(RunOptions const& options);

/// --write-baseline. @throws StartError: it cannot be written.
void write_baseline(targets::Settings const& settings, model::RunResult const& run);

[[nodiscard]] int exit_code_of(engine::RunOutcome const& outcome);

}  // namespace rpchspec::cli
