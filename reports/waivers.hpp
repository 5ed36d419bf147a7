// Known failures: who vouches for them, why, and until when.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// What may fail. The fields that are set must all match; at least one must be.
struct Waiver {
  std::string finding{};      // "f-1a2b3c4d"
  std::string requirement{};  // id, or a glob with *
  std::string id{};           // of a case, or a glob with *
  std::string reason{};
  std::string owner{};
  std::string until{};               // "2027-01-31": the last day it holds; empty: no end
  std::vector<std::string> cases{};  // where it was seen, as the baseline wrote it; may be empty
};

/// "finding f-1a2b3c4d", "id reset/*": names a waiver in messages.
[[nodiscard]] std::string describe(Waiver const& waiver);

/// True for "YYYY-MM-DD" that names a day.
[[nodiscard]] bool is_date(std::string_view text);

struct WaiverReport {
  std::vector<std::string> warnings;  // expired, ending within 30 days, stale: one line each
  std::size_t waived_cases = 0;
};

/// Turns a `fail` whose every failing observation is waived into `waived`, and marks findings.
///
/// An expired waiver does not apply. One is stale when nothing it names failed although the cases
/// did run: judged only where it can be (a case that its id matches, that observed its requirement,
/// or all that it was written for).
/// @param today   "YYYY-MM-DD".
/// @param strict  that of the run: what else is a warning was judged as a failure.
WaiverReport apply_waivers(model::RunResult& run,
                           std::vector<Waiver> const& waivers,
                           std::string_view today,
                           bool strict = false);

/// What the entries of a baseline say, and what counts as failed.
struct Baseline {
  std::string_view owner;
  std::string_view today;  // "YYYY-MM-DD", as `until`
  std::string_view until;  // empty: no end
  bool strict = false;     // as of apply_waivers
};

/// A `waivers:` list (YAML) that waives what failed here, by finding.
[[nodiscard]] std::string baseline(model::RunResult const& run, Baseline const& words);

}  // namespace rpchspec::reports
