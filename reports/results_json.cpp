#include "reports/results_json.hpp"

#include <cmath>

#include <boost/json.hpp>

#include "reports/json_text.hpp"
#include "reports/repetitions.hpp"
#include "reports/results_case.hpp"
#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
using model::RunResult;

namespace {

json::object target_json(model::TargetSummary const& target) {
  json::object facts;
  for (auto const& [name, value] : target.facts) {
    facts[utf8(name)] = utf8(value);
  }
  json::array probed;
  for (auto const& each : target.probed) {
    json::object made{
        {"fact", utf8(each.fact)}, {"value", utf8(each.value)}, {"seen", utf8(each.seen)}};
    if (!each.stated.empty()) {
      made["stated"] = utf8(each.stated);
    }
    probed.emplace_back(std::move(made));
  }
  return {{"name", utf8(target.name)},
          {"urls", texts_json(target.urls)},
          {"topology", utf8(target.topology)},
          {"facts", std::move(facts)},
          {"probed", std::move(probed)}};
}

json::object finding_json(model::Finding const& finding) {
  return {{"id", finding.id},
          {"requirement", utf8(finding.requirement)},
          {"also", texts_json(finding.also)},
          {"level", model::to_string(finding.level)},
          {"kind", utf8(finding.kind)},
          {"leg", utf8(finding.leg)},
          {"expected", utf8(finding.expected)},
          {"seen", utf8(finding.seen)},
          {"cases", texts_json(finding.cases)},
          {"rerun", utf8(finding.rerun)},
          {"waived", finding.waived}};
}

double rounded(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

/// Those that there are.
json::object counts_json(std::map<model::Verdict, std::size_t> const& counts) {
  json::object made;
  for (auto const& [verdict, count] : counts) {
    made[summary_key(verdict)] = count;
  }
  return made;
}

json::object requirement_json(model::RequirementResult const& requirement) {
  return {{"id", utf8(requirement.id)},
          {"level", model::to_string(requirement.level)},
          {"verdict", model::to_string(requirement.verdict)},
          {"cases", texts_json(requirement.cases)}};
}

json::object choice_json(model::ChoiceResult const& choice) {
  return {{"subject", utf8(choice.subject)},
          {"what", utf8(choice.what)},
          {"allowed_by", utf8(choice.allowed_by)},
          {"chosen", utf8(choice.chosen)},
          {"cases", choice.cases},
          {"example", utf8(choice.example)}};
}

template <class T, class ToJson>
json::array array_of(std::vector<T> const& values, ToJson to_json_one) {
  json::array array;
  for (auto const& value : values) {
    array.emplace_back(to_json_one(value));
  }
  return array;
}

}  // namespace

json::object case_json(model::CaseResult const& result) {
  json::object made{{"id", utf8(result.id)},
                    {"title", utf8(result.title)},
                    {"category", utf8(result.category)},
                    {"verdict", model::to_string(result.verdict)},
                    {"suspect", result.suspect},
                    {"started_s", rounded(result.started_s)},
                    {"duration_s", rounded(result.duration_s)},
                    {"requirements", texts_json(result.requirements)},
                    {"message", utf8(result.message)},
                    {"where", utf8(result.where)},
                    {"rerun", utf8(result.rerun)}};
  if (!result.configuration.empty()) {
    made["configuration"] = utf8(result.configuration);
  }
  if (!result.repetitions.empty()) {
    made["repetitions"] = counts_json(result.repetitions);
    made["repetition"] = result.repetition;
    made["flaky"] = is_flaky(result);
  }
  return made;
}

std::string to_json(RunResult const& run) {
  json::object summary;
  for (auto const verdict : kVerdicts) {
    auto const found = run.summary.find(verdict);
    summary[summary_key(verdict)] = found == run.summary.end() ? 0 : found->second;
  }
  json::object root{
      {"schema", kResultsSchema},
      {"complete", run.complete},
      {"tool",
       {{"name", "rpchspec"}, {"version", utf8(run.tool_version)}, {"suite", utf8(run.suite)}}},
      {"started", utf8(run.started)},
      {"duration_s", rounded(run.duration_s)},
      {"seed", run.seed},
      {"target", target_json(run.target)},
      {"summary", std::move(summary)},
      {"findings", array_of(run.findings, finding_json)},
      {"cases", array_of(run.cases, case_json)},
      {"requirements", array_of(run.requirements, requirement_json)},
      {"choices", array_of(run.choices, choice_json)}};
  if (run.shard.count > 1) {
    root["shard"] = {{"index", run.shard.index},
                     {"count", run.shard.count},
                     {"selected", run.shard.selected},
                     {"selection", run.shard.selection}};
  }
  return indented(root) + "\n";
}

}  // namespace rpchspec::reports
