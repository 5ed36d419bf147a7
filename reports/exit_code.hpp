// The exit code, as a pure function of what happened (design.md section 5).

#pragma once

#include <cstddef>

#include "model/verdict.hpp"

namespace rpchspec::reports {

enum class Interruption { none, interrupted, terminated };

struct ExitFacts {
  bool could_not_start = false;    // the proxy was not there, an address was in use, ...
  bool empty_shard = false;        // nothing here, but the whole selection is not empty
  bool partial = false;            // one shard of several: what it skips others may run
  std::size_t missing_shards = 0;  // at merging
  Interruption interruption = Interruption::none;
};

inline constexpr int kExitPassed = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnjudged = 3;
inline constexpr int kExitNothing = 4;
inline constexpr int kExitInterrupted = 130;
inline constexpr int kExitTerminated = 143;

[[nodiscard]] int exit_code(model::RunResult const& run, ExitFacts const& facts = {});

/// True when a `fail`, or an unwaived finding of level must, explains the cases that were not run:
/// then the exit is 1, and JUnit counts them as skipped.
[[nodiscard]] bool not_run_is_explained(model::RunResult const& run);

}  // namespace rpchspec::reports
