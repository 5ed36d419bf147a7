#include "harness/diagnosis/told.hpp"

#include <fmt/format.h>

#include "model/suggestion.hpp"

namespace rpchspec::diagnosis {

namespace {

namespace json = boost::json;

long long milliseconds(Duration took) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
}

std::string_view mark(StepVerdict verdict) {
  switch (verdict) {
    case StepVerdict::well:
      return "ok";
    case StepVerdict::broke:
      return "BROKEN";
    case StepVerdict::left_out:
    case StepVerdict::not_reached:
      return "-";
  }
  return "?";
}

std::string step_text(Step const& step) {
  auto const took = step.verdict == StepVerdict::not_reached
                        ? std::string("not reached")
                        : fmt::format("{} ms", milliseconds(step.took));
  auto text = fmt::format("{:<6} {} ({})\n", mark(step.verdict), title_of(step.name), took);
  for (auto const& line : step.seen) {
    text += fmt::format("         {}\n", line);
  }
  return text;
}

std::string causes_text(Diagnosis const& diagnosis) {
  std::string text;
  auto number = 0;
  for (auto const* cause : diagnosis.causes) {
    auto const fields = model::join(field_ids(*cause));
    text += fmt::format("  {}. {}{}\n     check: {}\n", ++number, cause->text,
                        fields.empty() ? "" : " (" + fields + ")", cause->check);
  }
  return text.empty() ? text : "\nLikely causes, the most likely first:\n" + text;
}

std::string_view result_of(Diagnosis const& diagnosis) {
  if (!diagnosis.could_not_run.empty()) {
    return "could-not-run";
  }
  return diagnosis.broken() == nullptr ? "well" : "broke";
}

}  // namespace

std::string in_words(Diagnosis const& diagnosis) {
  auto text = fmt::format("{} to {}:{}\n\n", diagnosis.url, diagnosis.server, diagnosis.port);
  for (auto const& step : diagnosis.steps) {
    text += step_text(step);
  }
  for (auto const& warning : diagnosis.warnings) {
    text += fmt::format("\nNote: {}.\n", warning);
  }
  auto const* const broken = diagnosis.broken();
  if (broken == nullptr) {
    return text + "\nAll steps well.\n";
  }
  return text +
         fmt::format("\nBroken at {}: {}.\n", to_string(broken->name),
                     in_words(diagnosis.symptom)) +
         causes_text(diagnosis);
}

json::object to_json(Diagnosis const& diagnosis) {
  json::array steps;
  for (auto const& step : diagnosis.steps) {
    steps.push_back({{"name", to_string(step.name)},
                     {"verdict", to_string(step.verdict)},
                     {"seen", json::array(step.seen.begin(), step.seen.end())},
                     {"duration_s", std::chrono::duration<double>(step.took).count()}});
  }
  json::array causes;
  for (auto const* cause : diagnosis.causes) {
    auto const ids = field_ids(*cause);
    causes.push_back({{"text", cause->text},
                      {"check", cause->check},
                      {"requirements", json::array(ids.begin(), ids.end())}});
  }
  auto const* const broken = diagnosis.broken();
  return {{"schema", 1},
          {"url", diagnosis.url},
          {"server", diagnosis.server},
          {"port", diagnosis.port},
          {"result", result_of(diagnosis)},
          {"message", diagnosis.could_not_run},
          {"steps", steps},
          {"broken", broken == nullptr ? "" : to_string(broken->name)},
          {"symptom", to_string(diagnosis.symptom)},
          {"causes", causes},
          {"warnings", json::array(diagnosis.warnings.begin(), diagnosis.warnings.end())}};
}

}  // namespace rpchspec::diagnosis
