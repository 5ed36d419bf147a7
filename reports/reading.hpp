// What one pass over the journal of a case collects. Private to reports.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/requirements.hpp"
#include "model/verdict.hpp"
#include "reports/case_watch.hpp"
#include "reports/choices.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {

struct FailedStep {
  std::string label;
  std::string error;
  std::uint64_t at_ns = 0;
  bool judged = false;  // an await whose expectation says what is wrong
};

/// Everything one pass over a journal collects.
struct Reading {
  explicit Reading(scenario::v1::Scenario const& scenario)
      : watch(scenario), around(scenario), monitors(scenario) {}

  CaseWatch watch;
  Surroundings around;
  MonitorSet monitors;
  ChoiceSet choices;
  std::vector<FailedStep> setup;
  std::vector<FailedStep> actions;
  std::set<std::uint32_t> begun;  // steps
  std::uint64_t last_ns = 0;
  std::uint32_t lag_ms = 0;
  std::uint32_t connections = 0;  // of the client
  bool finished = false;
  bool interrupted = false;
  bool refused = false;  // one was refused, or its address was out of reach
  std::string harness_error;

  void on_event(journal::v1::Event const& event);

  /// The journal ended here.
  void finish();

  /// Nothing that the client did came to the proxy. One that accepted before and now refuses is
  /// judged: the case may have ended it.
  [[nodiscard]] bool turned_away() const { return refused && connections == 0; }

  /// A step before it failed, so that it was not reached.
  [[nodiscard]] bool passed_over(std::uint32_t step) const {
    return !actions.empty() && !begun.contains(step);
  }

 private:
  void on_client(journal::v1::Event const& event);
  void on_failed_step(journal::v1::Event const& event);
};

/// What the expectations and the monitors say, each with its level.
[[nodiscard]] std::vector<model::Observation> observations(
    Reading const& reading, model::RequirementRegistry const& registry);

}  // namespace rpchspec::reports
