// All expectations of one case: those of its `await` steps, and those at its end.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/expectation.hpp"
#include "reports/steps.hpp"

namespace rpchspec::reports {

/// Runs a case's expectations side by side over its events; the executor and `judge` both use it.
///
/// Listen from the first record (Started) on. Rules for what counts:
/// - `since: L` counts from the beginning of step L, and its time from L's end. "start" is the
///   beginning of the journal. Where the timeline ended before L began it is blocked.
/// - Otherwise the expectations at the end take their time from the end of the last step (or from a
///   step that failed and was no set-up: the timeline ended there) and look at all of the case's
///   own steps; without own steps, at everything.
/// - An `await` takes its time from its own beginning, the end of the step before. Awaits on the
///   same subject and virtual connection read its events one after the other, as one reads the
///   ladder: each looks at what came after the event that satisfied the one before, wherever the
///   timeline stood when it came. A negative await looks from its own beginning.
class CaseWatch {
 public:
  /// @param scenario  outlives the watch.
  explicit CaseWatch(scenario::v1::Scenario const& scenario);

  void on_event(journal::v1::Event const& event);
  void on_time(std::uint64_t now_ns);

  /// The expectation of the await step with this flat index; null when it is no await.
  [[nodiscard]] ExpectationWatch* of_step(std::uint32_t index);
  [[nodiscard]] ExpectationWatch const* of_step(std::uint32_t index) const;

  /// The expectations at the end, in the scenario's order.
  [[nodiscard]] std::vector<ExpectationWatch> const& final_expectations() const { return final_; }

  /// True when every expectation at the end is decided.
  [[nodiscard]] bool all_decided() const;

  /// The earliest deadline among the undecided expectations at the end; UINT64_MAX: none.
  [[nodiscard]] std::uint64_t next_deadline_ns() const;

  [[nodiscard]] std::vector<FlatStep> const& steps() const { return steps_; }

 private:
  struct Await {
    ExpectationWatch watch;
    std::optional<std::uint32_t> previous{};  // the await before it on the same subject
    bool negative = false;
    bool armed = false;
  };

  void note_step(journal::v1::Event const& event);
  void arm_awaits();

  std::vector<FlatStep> steps_;
  std::map<std::uint32_t, Await> awaits_;
  std::vector<ExpectationWatch> final_;
};

}  // namespace rpchspec::reports
