#include "reports/results_json.hpp"

#include <array>
#include <cmath>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace rpchspec::reports {

namespace json = boost::json;
using model::Level;
using model::RunResult;
using model::Verdict;

namespace {

constexpr std::array kVerdicts{Verdict::pass, Verdict::warn,    Verdict::fail,    Verdict::waived,
                               Verdict::skip, Verdict::not_run, Verdict::blocked, Verdict::error};
constexpr std::array kLevels{Level::must, Level::should, Level::may, Level::product,
                             Level::not_applicable};

/// Fields of the summary are words of a program: not_run, as JSON keys have no hyphens here.
std::string summary_key(Verdict verdict) {
  return verdict == Verdict::not_run ? "not_run" : std::string(model::to_string(verdict));
}

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

std::string text_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  auto const* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? "" : std::string(text->data(), text->size());
}

bool flag_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

double number_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) {
    return 0;
  }
  return value->is_double()  ? value->get_double()
         : value->is_int64() ? static_cast<double>(value->get_int64())
                             : static_cast<double>(value->get_uint64());
}

std::uint64_t count_of(json::object const& object, std::string_view key) {
  auto const* value = object.if_contains(key);
  if (value == nullptr) {
    return 0;
  }
  if (auto const* text = value->if_string()) {
    std::uint64_t number = 0;
    for (char const c : *text) {
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return number;
  }
  return value->is_uint64() ? value->get_uint64()
         : value->is_int64() && value->get_int64() >= 0
             ? static_cast<std::uint64_t>(value->get_int64())
             : 0;
}

std::vector<std::string> texts_of(json::object const& object, std::string_view key) {
  std::vector<std::string> texts;
  auto const* value = object.if_contains(key);
  if (value != nullptr && value->is_array()) {
    for (auto const& each : value->get_array()) {
      if (auto const* text = each.if_string()) {
        texts.emplace_back(text->data(), text->size());
      }
    }
  }
  return texts;
}

json::object const& object_of(json::object const& object, std::string_view key) {
  static json::object const kNone;
  auto const* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

template <class Each>
void each_object(json::object const& object, std::string_view key, Each each) {
  auto const* value = object.if_contains(key);
  if (value == nullptr || !value->is_array()) {
    return;
  }
  for (auto const& entry : value->get_array()) {
    if (entry.is_object()) {
      each(entry.get_object());
    }
  }
}

Verdict verdict_of_text(std::string_view text) {
  for (auto const verdict : kVerdicts) {
    if (text == model::to_string(verdict)) {
      return verdict;
    }
  }
  return Verdict::error;
}

Level level_of_text(std::string_view text) {
  for (auto const level : kLevels) {
    if (text == model::to_string(level)) {
      return level;
    }
  }
  return Level::must;
}

model::CaseResult case_of(json::object const& object) {
  model::CaseResult result;
  result.id = text_of(object, "id");
  result.title = text_of(object, "title");
  result.category = text_of(object, "category");
  result.verdict = verdict_of_text(text_of(object, "verdict"));
  result.suspect = flag_of(object, "suspect");
  result.duration_s = number_of(object, "duration_s");
  result.requirements = texts_of(object, "requirements");
  result.message = text_of(object, "message");
  result.where = text_of(object, "where");
  result.rerun = text_of(object, "rerun");
  return result;
}

model::Finding finding_of(json::object const& object) {
  return {text_of(object, "id"),
          text_of(object, "requirement"),
          level_of_text(text_of(object, "level")),
          text_of(object, "kind"),
          text_of(object, "leg"),
          text_of(object, "expected"),
          text_of(object, "seen"),
          texts_of(object, "cases"),
          text_of(object, "rerun"),
          flag_of(object, "waived")};
}

model::TargetSummary target_of(json::object const& object) {
  model::TargetSummary target;
  target.name = text_of(object, "name");
  target.urls = texts_of(object, "urls");
  target.topology = text_of(object, "topology");
  for (auto const& [name, value] : object_of(object, "facts")) {
    if (auto const* text = value.if_string()) {
      target.facts[name] = std::string(text->data(), text->size());
    }
  }
  return target;
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

Result<RunResult> from_json(std::string_view text) {
  json::error_code error;
  json::stream_parser parser;
  parser.write(text.data(), text.size(), error);
  if (!error) {
    parser.finish(error);
  }
  if (error) {
    return fail({ErrorCode::bad_syntax, 0, "results.json", "", error.message()});
  }
  auto const value = parser.release();
  if (!value.is_object() || !value.get_object().contains("schema")) {
    return fail({ErrorCode::bad_value, 0, "schema", "", "this is no results.json"});
  }
  auto const& root = value.get_object();
  if (count_of(root, "schema") > kResultsSchema) {
    return fail(
        {ErrorCode::not_supported, 0, "schema", "",
         fmt::format("{}, this program reads up to {}", count_of(root, "schema"), kResultsSchema)});
  }
  RunResult run;
  run.complete = flag_of(root, "complete");
  run.tool_version = text_of(object_of(root, "tool"), "version");
  run.suite = text_of(object_of(root, "tool"), "suite");
  run.started = text_of(root, "started");
  run.duration_s = number_of(root, "duration_s");
  run.seed = count_of(root, "seed");
  run.target = target_of(object_of(root, "target"));
  each_object(root, "findings",
              [&](auto const& each) { run.findings.push_back(finding_of(each)); });
  each_object(root, "cases", [&](auto const& each) { run.cases.push_back(case_of(each)); });
  each_object(root, "requirements", [&](auto const& each) {
    run.requirements.push_back({text_of(each, "id"), level_of_text(text_of(each, "level")),
                                verdict_of_text(text_of(each, "verdict")),
                                texts_of(each, "cases")});
  });
  auto const& summary = object_of(root, "summary");
  for (auto const verdict : kVerdicts) {
    if (auto const count = count_of(summary, summary_key(verdict)); count != 0) {
      run.summary[verdict] = count;
    }
  }
  return run;
}

}  // namespace rpchspec::reports
