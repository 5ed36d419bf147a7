#include "reports/results_json.hpp"

#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
using model::RunResult;

namespace {

/// Text from a peer may be no UTF-8; the file must be. Every byte that is none becomes U+FFFD.
std::string utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    std::size_t const size = lead < 0x80                    ? 1
                             : lead >= 0xC2 && lead <= 0xDF ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    bool whole = size != 0 && i + size <= text.size();
    for (std::size_t k = 1; whole && k < size; ++k) {
      whole = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    }
    if (whole && size > 2) {  // overlong, surrogate, beyond U+10FFFF
      auto const next = static_cast<unsigned char>(text[i + 1]);
      whole = !(lead == 0xE0 && next < 0xA0) && !(lead == 0xED && next > 0x9F) &&
              !(lead == 0xF0 && next < 0x90) && !(lead == 0xF4 && next > 0x8F);
    }
    out += whole ? std::string(text.substr(i, size)) : "\xEF\xBF\xBD";
    i += whole ? size : 1;
  }
  return out;
}

json::array list(std::vector<std::string> const& texts) {
  json::array array;
  for (auto const& text : texts) {
    array.emplace_back(utf8(text));
  }
  return array;
}

json::object target_json(model::TargetSummary const& target) {
  json::object facts;
  for (auto const& [name, value] : target.facts) {
    facts[utf8(name)] = utf8(value);
  }
  return {{"name", utf8(target.name)},
          {"urls", list(target.urls)},
          {"topology", utf8(target.topology)},
          {"facts", std::move(facts)}};
}

json::object finding_json(model::Finding const& finding) {
  return {{"id", finding.id},
          {"requirement", utf8(finding.requirement)},
          {"level", model::to_string(finding.level)},
          {"kind", utf8(finding.kind)},
          {"leg", utf8(finding.leg)},
          {"expected", utf8(finding.expected)},
          {"seen", utf8(finding.seen)},
          {"cases", list(finding.cases)},
          {"rerun", utf8(finding.rerun)},
          {"waived", finding.waived}};
}

double rounded(double seconds) {
  return std::round(seconds * 1000) / 1000;
}

json::object case_json(model::CaseResult const& result) {
  return {{"id", utf8(result.id)},
          {"title", utf8(result.title)},
          {"category", utf8(result.category)},
          {"verdict", model::to_string(result.verdict)},
          {"suspect", result.suspect},
          {"duration_s", rounded(result.duration_s)},
          {"requirements", list(result.requirements)},
          {"message", utf8(result.message)},
          {"where", utf8(result.where)},
          {"rerun", utf8(result.rerun)}};
}

json::object requirement_json(model::RequirementResult const& requirement) {
  return {{"id", utf8(requirement.id)},
          {"level", model::to_string(requirement.level)},
          {"verdict", model::to_string(requirement.verdict)},
          {"cases", list(requirement.cases)}};
}

template <class T, class ToJson>
json::array array_of(std::vector<T> const& values, ToJson to_json_one) {
  json::array array;
  for (auto const& value : values) {
    array.emplace_back(to_json_one(value));
  }
  return array;
}

/// Boost.JSON writes on one line only; a file that people diff has one field a line.
void indent(json::value const& value, std::string& to, std::string const& margin) {
  auto const inner = margin + "  ";
  if (auto const* object = value.if_object(); object != nullptr && !object->empty()) {
    to += "{";
    char const* separator = "\n";
    for (auto const& [key, each] : *object) {
      to += separator + inner + json::serialize(json::value(key)) + ": ";
      indent(each, to, inner);
      separator = ",\n";
    }
    to += "\n" + margin + "}";
    return;
  }
  auto const* array = value.if_array();
  if (array != nullptr && !array->empty() && array->front().is_object()) {
    to += "[";
    char const* separator = "\n";
    for (auto const& each : *array) {
      to += separator + inner;
      indent(each, to, inner);
      separator = ",\n";
    }
    to += "\n" + margin + "]";
    return;
  }
  if (auto const* number = value.if_double()) {
    to += fmt::format("{}", *number);  // 0.41, where Boost.JSON writes 4.1E-1
    return;
  }
  to += json::serialize(value);
}

}  // namespace

std::string to_json(RunResult const& run) {
  json::object summary;
  for (auto const verdict : kVerdicts) {
    auto const found = run.summary.find(verdict);
    summary[summary_key(verdict)] = found == run.summary.end() ? 0 : found->second;
  }
  json::object const root{
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
      {"requirements", array_of(run.requirements, requirement_json)}};
  std::string text;
  indent(root, text, "");
  return text + "\n";
}

}  // namespace rpchspec::reports
