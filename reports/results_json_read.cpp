// Reads results.json: whatever is missing or of another type is left at its default.

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/json_fields.hpp"
#include "reports/results_case.hpp"
#include "reports/results_json.hpp"
#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
using model::RunResult;
using model::Verdict;

namespace {

Verdict verdict_of_text(std::string_view text) {
  for (auto const verdict : kVerdicts) {
    if (text == model::to_string(verdict)) {
      return verdict;
    }
  }
  return Verdict::error;
}

std::map<Verdict, std::size_t> counts_of(json::object const& object) {
  std::map<Verdict, std::size_t> counts;
  for (auto const verdict : kVerdicts) {
    if (auto const count = count_of(object, summary_key(verdict)); count != 0) {
      counts[verdict] = count;
    }
  }
  return counts;
}

model::Finding finding_of(json::object const& object) {
  return {text_of(object, "id"),       text_of(object, "requirement"),
          texts_of(object, "also"),    level_of_text(text_of(object, "level")),
          text_of(object, "kind"),     text_of(object, "leg"),
          text_of(object, "expected"), text_of(object, "seen"),
          texts_of(object, "cases"),   text_of(object, "rerun"),
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
  each_object(object, "probed", [&](json::object const& each) {
    target.probed.push_back({text_of(each, "fact"), text_of(each, "value"), text_of(each, "seen"),
                             text_of(each, "stated")});
  });
  return target;
}

model::ShardSummary shard_of(json::object const& root) {
  model::ShardSummary shard;
  if (root.contains("shard")) {
    auto const& object = object_of(root, "shard");
    shard.index = static_cast<std::uint32_t>(count_of(object, "index"));
    shard.count = std::max(static_cast<std::uint32_t>(count_of(object, "count")), 1U);
    shard.selected = count_of(object, "selected");
    shard.selection = text_of(object, "selection");
  }
  return shard;
}

}  // namespace

model::CaseResult case_of(json::object const& object) {
  model::CaseResult result;
  result.id = text_of(object, "id");
  result.title = text_of(object, "title");
  result.category = text_of(object, "category");
  result.verdict = verdict_of_text(text_of(object, "verdict"));
  result.suspect = flag_of(object, "suspect");
  result.started_s = number_of(object, "started_s");
  result.duration_s = number_of(object, "duration_s");
  result.requirements = texts_of(object, "requirements");
  result.message = text_of(object, "message");
  result.where = text_of(object, "where");
  result.rerun = text_of(object, "rerun");
  result.configuration = text_of(object, "configuration");
  result.repetitions = counts_of(object_of(object, "repetitions"));
  result.repetition = static_cast<std::uint32_t>(count_of(object, "repetition"));
  return result;
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
  each_object(root, "choices", [&](auto const& each) {
    run.choices.push_back({text_of(each, "subject"), text_of(each, "what"),
                           text_of(each, "allowed_by"), text_of(each, "chosen"),
                           count_of(each, "cases"), text_of(each, "example")});
  });
  run.shard = shard_of(root);
  run.summary = counts_of(object_of(root, "summary"));
  return run;
}

}  // namespace rpchspec::reports
