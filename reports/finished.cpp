#include "reports/finished.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "reports/json_fields.hpp"
#include "reports/json_text.hpp"
#include "reports/repetitions.hpp"
#include "reports/results_case.hpp"
#include "reports/results_names.hpp"

namespace rpchspec::reports {

namespace json = boost::json;
using model::CaseResult;
using model::Observation;
using model::Outcome;

namespace {

constexpr std::array kOutcomes{Outcome::held, Outcome::late, Outcome::never, Outcome::blocked,
                               Outcome::informational};
constexpr std::array<std::string_view, kOutcomes.size()> kOutcomeNames{"held", "late", "never",
                                                                       "blocked", "informational"};

json::object waiver_json(Waiver const& waiver) {
  return {{"finding", waiver.finding},
          {"requirement", waiver.requirement},
          {"id", waiver.id},
          {"reason", utf8(waiver.reason)},
          {"owner", utf8(waiver.owner)},
          {"until", waiver.until},
          {"cases", texts_json(waiver.cases)}};
}

Waiver waiver_of(json::object const& object) {
  return {text_of(object, "finding"), text_of(object, "requirement"), text_of(object, "id"),
          text_of(object, "reason"),  text_of(object, "owner"),       text_of(object, "until"),
          texts_of(object, "cases")};
}

json::object observation_json(Observation const& observation) {
  return {{"requirement", observation.requirement},
          {"led_by", observation.led_by},
          {"level", model::to_string(observation.level)},
          {"outcome", kOutcomeNames.at(static_cast<std::size_t>(observation.outcome))},
          {"kind", utf8(observation.kind)},
          {"leg", utf8(observation.leg)},
          {"expected", utf8(observation.expected)},
          {"seen", utf8(observation.seen)},
          {"where", utf8(observation.where)},
          {"from_monitor", observation.from_monitor}};
}

Outcome outcome_of(std::string_view text) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    if (text == kOutcomeNames.at(i)) {
      return kOutcomes.at(i);
    }
  }
  return Outcome::informational;
}

Observation observation_of(json::object const& object) {
  Observation made;
  made.requirement = text_of(object, "requirement");
  made.led_by = text_of(object, "led_by");
  made.level = level_of_text(text_of(object, "level"));
  made.outcome = outcome_of(text_of(object, "outcome"));
  made.kind = text_of(object, "kind");
  made.leg = text_of(object, "leg");
  made.expected = text_of(object, "expected");
  made.seen = text_of(object, "seen");
  made.where = text_of(object, "where");
  made.from_monitor = flag_of(object, "from_monitor");
  return made;
}

RunNotes notes_of(json::object const& object) {
  RunNotes notes;
  notes.suite_name = text_of(object, "suite_name");
  notes.files = texts_of(object, "files");
  notes.strict = flag_of(object, "strict");
  each_object(object, "waivers",
              [&](json::object const& each) { notes.waivers.push_back(waiver_of(each)); });
  return notes;
}

CaseResult finished_case_of(json::object const& root) {
  auto result = case_of(object_of(root, "case"));
  each_object(root, "observations", [&](json::object const& each) {
    result.observations.push_back(observation_of(each));
  });
  each_object(root, "choices", [&](json::object const& each) {
    result.choices.push_back({text_of(each, "subject"), text_of(each, "chosen")});
  });
  return result;
}

}  // namespace

std::string notes_line(RunNotes const& notes) {
  json::array waivers;
  for (auto const& waiver : notes.waivers) {
    waivers.push_back(waiver_json(waiver));
  }
  json::object const object{{"suite_name", utf8(notes.suite_name)},
                            {"files", texts_json(notes.files)},
                            {"strict", notes.strict},
                            {"waivers", waivers}};
  return json::serialize(json::object{{"run", object}}) + "\n";
}

std::string finished_line(CaseResult const& result) {
  json::array observations;
  for (auto const& observation : result.observations) {
    observations.push_back(observation_json(observation));
  }
  json::array choices;
  for (auto const& choice : result.choices) {
    choices.push_back({{"subject", choice.subject}, {"chosen", utf8(choice.chosen)}});
  }
  return json::serialize(json::object{
             {"case", case_json(result)}, {"observations", observations}, {"choices", choices}}) +
         "\n";
}

Result<Finished> read_finished(std::istream& from) {
  Finished finished;
  RowsById<CaseResult> cases(finished.cases);
  std::string line;
  for (std::uint64_t number = 1; std::getline(from, line) && !from.eof(); ++number) {
    json::error_code error;
    auto const value = json::parse(line, error);
    if (error || !value.is_object()) {
      return fail(
          {ErrorCode::bad_syntax, 0, "", "", fmt::format("line {} is no JSON object", number)});
    }
    auto const& root = value.get_object();
    if (root.contains("run")) {
      finished.notes = notes_of(object_of(root, "run"));
    } else if (root.contains("case")) {
      auto result = finished_case_of(root);
      finished.noted.emplace(result.id, result.repetition);
      add_case(cases, std::move(result));
    }
  }
  return finished;
}

}  // namespace rpchspec::reports
