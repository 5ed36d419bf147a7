#include "harness/cli/progress_json.hpp"

#include <cstdio>

#include "reports/progress_json.hpp"

namespace rpchspec::cli {

namespace {

void say(std::string const& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
}

}  // namespace

void JsonProgress::on_estimate(reports::Estimate const& estimate) {
  say(reports::estimate_line(estimate));
}

void JsonProgress::on_case_started(std::string const& id) {
  say(reports::started_line(id));
}

void JsonProgress::on_case_finished(model::CaseResult const& result) {
  say(reports::case_line(result));
}

void JsonProgress::on_case_skipped(model::CaseResult const& result) {
  say(reports::case_line(result));
}

/// Told at the end, in results.json: until then it has not all of its cases.
void JsonProgress::on_finding(model::Finding const& /*finding*/, std::string const& /*where*/) {}

void JsonProgress::on_note(std::string const& text) {
  say(reports::note_line(text));
}

void tell_end(reports::FinalFacts const& facts) {
  say(reports::end_line(facts));
}

}  // namespace rpchspec::cli
