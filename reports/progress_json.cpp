#include "reports/progress_json.hpp"

#include <boost/json.hpp>

#include "reports/json_text.hpp"
#include "reports/results_case.hpp"

namespace rpchspec::reports {

namespace json = boost::json;

namespace {

std::string line(std::string_view key, json::value value) {
  json::object object;
  object[key] = std::move(value);
  return json::serialize(object) + "\n";
}

}  // namespace

std::string estimate_line(Estimate const& estimate) {
  json::object told{{"cases", estimate.cases},
                    {"seconds", estimate.seconds},
                    {"bytes", estimate.bytes},
                    {"jobs", estimate.jobs},
                    {"target", utf8(estimate.target)},
                    {"alone", estimate.alone},
                    {"alone_seconds", estimate.alone_seconds}};
  return line("estimate", std::move(told));
}

std::string started_line(std::string_view id) {
  return line("started", json::value(utf8(id)));
}

std::string case_line(model::CaseResult const& result) {
  return line("case", case_json(result));
}

std::string note_line(std::string_view text) {
  return line("note", json::value(utf8(text)));
}

std::string end_line(FinalFacts const& facts) {
  json::object told{{"exit_code", facts.exit_code}, {"results", utf8(facts.results)}};
  return line("end", std::move(told));
}

}  // namespace rpchspec::reports
