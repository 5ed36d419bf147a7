// Histories in batches, until enough were made, the time is up, or one fails; then the smallest.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/engine/run.hpp"
#include "harness/explore/failures.hpp"
#include "harness/explore/history.hpp"

namespace rpchspec::explore {

struct ExploreRequest {
  engine::RunRequest run;  // target, registry, sanity cases, out; no scenarios
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> histories{};      // so many
  std::optional<Duration> time{};                // or so long; the last batch is finished
  Duration shrinking = std::chrono::minutes(2);  // no round begins after this; zero: none
};

/// Called between the batches, from the thread that explores.
class ExploreObserver {
 public:
  virtual ~ExploreObserver() = default;
  virtual void on_batch(std::uint64_t histories, std::uint64_t failed) = 0;
  virtual void on_shrunk(std::uint64_t moves, std::uint64_t steps) = 0;
  virtual void on_note(std::string const& text) = 0;
};

struct ExploreOutcome {
  std::uint64_t histories = 0;  // begun with
  std::uint64_t not_run = 0;    // of them, because a failure or a signal came first
  std::uint64_t warned = 0;
  std::uint64_t skipped = 0;
  std::vector<model::CaseResult> unjudged;  // blocked or error, the first few of them
  std::uint64_t unjudged_count = 0;
  std::optional<std::filesystem::path> file;  // the scenario of what failed
  bool unstable = false;                      // it did not fail again: the file holds it whole
  std::vector<BrokenElsewhere> elsewhere;     // what the history in `file` did not break
  std::set<std::string> no_more;              // requirements: it broke them until it was made small
  engine::RunOutcome last;  // of the scenario in `file`; without one, of no case at all
  std::string could_not_start;
};

/// Blocks until done. Writes into `run.out`: the scenario of what failed, and its run.
[[nodiscard]] ExploreOutcome explore(ExploreRequest const& request,
                                     ExploreObserver& observer,
                                     std::atomic<int> const& stop);

}  // namespace rpchspec::explore
