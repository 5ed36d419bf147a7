// What a run tells a program while it goes on.

#pragma once

#include <string>

#include "harness/engine/run.hpp"

namespace rpchspec::cli {

/// A line an event, as reports/progress_json.hpp has them.
class JsonLines : public engine::RunObserver {
 public:
  void on_estimate(reports::Estimate const& estimate) final;
  void on_case_started(std::string const& id) final;
  void on_case_finished(model::CaseResult const& result) final;
  void on_case_skipped(model::CaseResult const& result) final;
  void on_finding(model::Finding const& finding, std::string const& where) final;
  void on_note(std::string const& text) final;

 private:
  /// @param line  with its end; from whatever thread the event is of.
  virtual void say(std::string line) = 0;
};

}  // namespace rpchspec::cli
