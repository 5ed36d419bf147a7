// Runs cases side by side, longest first; those that must be alone, alone.

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model/scenario.pb.h"

namespace rpchspec::engine {

struct CaseJob {
  scenario::v1::Scenario const* scenario = nullptr;
  std::uint32_t number = 1;
  bool alone = false;
  bool retry = false;
  std::uint32_t repetition = 0;  // of the same case in one run
};

/// Longest expected first; equal ones keep their order. Exclusive cases come last, one by one.
[[nodiscard]] std::vector<CaseJob> in_order(std::vector<CaseJob> jobs);

struct ScheduleHooks {
  std::function<void(CaseJob const&)> play;  // on a worker's thread; blocks until the case is done
  std::function<bool()> go_on;               // false: what has not begun does not begin
};

/// Plays all jobs, at most `threads` at a time, and returns when none runs any more.
/// @param jobs  as in_order() gives them. @return the jobs that did not begin.
[[nodiscard]] std::vector<CaseJob> run_jobs(std::vector<CaseJob> jobs,
                                            std::size_t threads,
                                            ScheduleHooks const& hooks);

/// Wall time that the jobs need when all is well, in seconds.
[[nodiscard]] double estimated_seconds(std::vector<CaseJob> const& jobs, std::size_t threads);

/// What of it is theirs that run while no other does.
[[nodiscard]] double estimated_seconds_alone(std::vector<CaseJob> const& jobs);

/// Payload that the jobs' steps send, counted once on each side of the proxy.
[[nodiscard]] std::uint64_t estimated_bytes(std::vector<CaseJob> const& jobs);

}  // namespace rpchspec::engine
