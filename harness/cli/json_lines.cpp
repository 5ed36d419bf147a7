#include "harness/cli/json_lines.hpp"

#include "reports/progress_json.hpp"

namespace rpchspec::cli {

void JsonLines::on_estimate(reports::Estimate const& estimate) {
  say(reports::estimate_line(estimate));
}

void JsonLines::on_case_started(std::string const& id) {
  say(reports::started_line(id));
}

void JsonLines::on_case_finished(model::CaseResult const& result) {
  say(reports::case_line(result));
}

void JsonLines::on_case_skipped(model::CaseResult const& result) {
  say(reports::case_line(result));
}

/// Told at the end, in results.json: until then it has not all of its cases.
void JsonLines::on_finding(model::Finding const& /*finding*/, std::string const& /*where*/) {}

void JsonLines::on_note(std::string const& text) {
  say(reports::note_line(text));
}

}  // namespace rpchspec::cli
