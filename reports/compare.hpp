// Two runs beside each other: what regressed, and what else is not as it was.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/verdict.hpp"
#include "reports/choices_text.hpp"

namespace rpchspec::reports {

/// One case in both runs. `before` is empty where it is new, `now` where it is gone.
struct ComparedCase {
  std::string id;
  std::optional<model::Verdict> before{};
  std::optional<model::Verdict> now{};
  double before_s = 0;
  double now_s = 0;
  std::string message{};  // of the run in which it failed, this one first
  std::string rerun{};
};

/// A failure is `fail`, `blocked` or `error`; pass, warn and waived are judged and no failure.
struct Comparison {
  std::vector<ComparedCase> regressed;  // was judged and no failure, and fails now
  std::vector<ComparedCase> fixed;      // failed, and passes or warns now
  std::vector<ComparedCase> changed;    // another verdict, or a failure with other findings
  std::vector<ComparedCase> added;      // was not there before
  std::vector<ComparedCase> gone;       // is not there now
  std::vector<ComparedCase> slower;     // passes in both, and takes longer: see is_slower
  std::vector<ChangedChoice> choices;   // what the proxy chose, where either is right
  std::size_t same = 0;
  double pace = 1;  // what the median case takes now, of what it took before; at least 1

  [[nodiscard]] bool nothing() const {
    return regressed.empty() && fixed.empty() && changed.empty() && added.empty() && gone.empty() &&
           slower.empty() && choices.empty();
  }
};

inline constexpr double kSlowerRatio = 1.5;
inline constexpr double kSlowerFloor = 1;         // seconds
inline constexpr std::size_t kLeastForPace = 10;  // cases; with fewer the pace is taken for 1

/// More than half as long again, and more than a second longer, than the case took before at the
/// pace of now: on a machine that is busier all cases are late together, which says nothing.
[[nodiscard]] bool is_slower(double before_s, double now_s, double pace);

[[nodiscard]] Comparison compare(model::RunResult const& base, model::RunResult const& now);

/// A part for each kind of difference, a line for each case or choice.
[[nodiscard]] std::string compare_text(Comparison const& comparison);

/// The same as Markdown, in at most about 15 KB.
[[nodiscard]] std::string compare_markdown(Comparison const& comparison);

struct ComparedRuns {
  model::RunResult const& base;
  model::RunResult const& now;
};

/// One page that needs nothing else, of all differences.
[[nodiscard]] std::string compare_html(Comparison const& comparison, ComparedRuns const& runs);

}  // namespace rpchspec::reports
