// What a run tells a program while it goes on.

#pragma once

#include "harness/engine/run.hpp"

namespace rpchspec::cli {

/// A line an event on standard output, each flushed at once (reports/progress_json.hpp).
class JsonProgress final : public engine::RunObserver {
 public:
  void on_estimate(reports::Estimate const& estimate) override;
  void on_case_started(std::string const& id) override;
  void on_case_finished(model::CaseResult const& result) override;
  void on_case_skipped(model::CaseResult const& result) override;
  void on_finding(model::Finding const& finding, std::string const& where) override;
  void on_note(std::string const& text) override;
};

/// The last line.
void tell_end(reports::FinalFacts const& facts);

}  // namespace rpchspec::cli
