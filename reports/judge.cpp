#include "reports/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "journal/reader.hpp"
#include "reports/reading.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using model::CaseResult;
using model::Observation;
using model::Verdict;
using scenario::v1::Scenario;

namespace {

int gravity(Observation const& observation) {
  switch (verdict_of(observation.outcome, observation.level)) {
    case Verdict::fail:
      return 3;
    case Verdict::warn:
      return 2;
    case Verdict::blocked:
      return 1;
    default:
      return 0;
  }
}

/// "also:     RPCH-...\n": what the same expectation cites besides, and so is broken, too.
std::string also_line(std::vector<Observation> const& observations, Observation const& leader) {
  std::vector<std::string_view> ids;
  for (auto const* other = &leader + 1; other < observations.data() + observations.size() &&
                                        !other->led_by.empty() && gravity(*other) >= 2;
       ++other) {
    ids.push_back(other->requirement);
  }
  return ids.empty() ? "" : fmt::format("also:     {}\n", fmt::join(ids, ", "));
}

std::string three_lines(Observation const& observation,
                        std::string const& also,
                        model::RequirementRegistry const& registry) {
  auto const* requirement = registry.find(observation.requirement);
  auto const level = model::to_string(observation.level);
  auto const id = observation.requirement.empty() ? "(no requirement)" : observation.requirement;
  return fmt::format("required: {} ({}){}{}\n{}expected: {}\nseen:     {}", id, level,
                     requirement == nullptr ? "" : " ",
                     requirement == nullptr ? "" : requirement->text, also, observation.expected,
                     observation.seen);
}

void describe(CaseResult& result,
              Reading const& reading,
              model::RequirementRegistry const& registry) {
  auto const worst = std::max_element(
      result.observations.begin(), result.observations.end(),
      [](Observation const& a, Observation const& b) { return gravity(a) < gravity(b); });
  auto const* failed = !reading.setup.empty()     ? &reading.setup.front()
                       : !reading.actions.empty() ? &reading.actions.front()
                                                  : nullptr;
  bool const objects = worst != result.observations.end() && gravity(*worst) >= 2;
  if (result.verdict == Verdict::error) {
    result.message = reading.harness_error;
  } else if (objects && result.verdict != Verdict::blocked) {
    result.message = three_lines(*worst, also_line(result.observations, *worst), registry);
    result.where = worst->where;
  } else if (failed != nullptr) {
    result.message = fmt::format("{}: {}", failed->label, failed->error);
    result.where =
        fmt::format("{}, {:.3f} s", failed->label, static_cast<double>(failed->at_ns) / 1e9);
  } else if (result.verdict == Verdict::blocked) {
    result.message = worst->seen;
    result.where = worst->where;
  }
}

/// Those that it broke first, then the others that it observed.
std::vector<std::string> requirement_ids(std::vector<Observation> const& observations) {
  std::vector<std::string> ids;
  auto const add = [&](std::string const& id) {
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
    }
  };
  for (int level = 3; level >= 0; --level) {
    for (auto const& observation : observations) {
      if (gravity(observation) == level) {
        add(observation.requirement);
      }
    }
  }
  return ids;
}

CaseResult blank(Scenario const& scenario, std::string rerun) {
  CaseResult result;
  result.id = scenario.id();
  result.title = scenario.title();
  result.category = scenario.category().empty() ? scenario.id().substr(0, scenario.id().find('/'))
                                                : scenario.category();
  result.rerun = std::move(rerun);
  return result;
}

void add_cited(Scenario const& scenario, std::vector<std::string>& ids) {
  auto const add = [&](auto const& by) {
    for (auto const& id : by) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
        ids.push_back(id);
      }
    }
  };
  for (auto const& expectation : scenario.expect()) {
    add(expectation.by());
  }
  for (auto const& step : scenario.steps()) {
    add(step.by());
    add(step.await().by());
  }
}

template <class Source>
Judgement judge_any(Scenario const& scenario,
                    Source const& journal,
                    model::RequirementRegistry const& registry,
                    JudgeOptions const& options) {
  Reading reading(scenario);
  auto const records =
      journal::read(journal, [&](v1::Event const& event) { reading.on_event(event); });
  reading.finish();

  Judgement judgement;
  judgement.lag_ms = reading.lag_ms;
  judgement.connections = reading.connections;
  judgement.lagged = reading.lag_ms > options.lag_threshold_ms;
  judgement.interrupted = !reading.finished || reading.interrupted;
  auto& result = judgement.result;
  result = blank(scenario, options.rerun);
  result.duration_s = static_cast<double>(reading.last_ns) / 1e9;
  if (!records) {
    reading.harness_error = "the journal cannot be read: " + to_string(records.error());
  } else if (judgement.lagged && options.lag_is_error) {
    reading.harness_error =
        fmt::format("this machine was {} ms late ({} allowed): nothing can be said", reading.lag_ms,
                    options.lag_threshold_ms);
  } else if (!reading.finished && reading.harness_error.empty()) {
    reading.harness_error = "the journal ends in the middle of the case";
  }
  result.observations = observations(reading, registry);
  result.choices = reading.choices.choices();
  CaseFacts facts;
  facts.setup_failed = !reading.setup.empty();
  facts.action_failed = std::any_of(reading.actions.begin(), reading.actions.end(),
                                    [](FailedStep const& step) { return !step.judged; });
  bool const failed = verdict_of(result.observations, {}) == Verdict::fail;
  facts.harness_error =
      !reading.harness_error.empty() && !(failed && reading.harness_error == kEndedByWatchdog);
  facts.strict = options.strict;
  facts.trial = scenario.status() == scenario::v1::Scenario::TRIAL;
  result.verdict = reading.interrupted && !facts.harness_error && !failed
                       ? Verdict::not_run
                       : verdict_of(result.observations, facts);
  result.requirements = requirement_ids(result.observations);
  if (result.verdict == Verdict::not_run) {
    result.message = "interrupted";
  } else {
    describe(result, reading, registry);
  }
  return judgement;
}

/// A sanity case asks only whether anything is carried. Where nothing is, no other case follows
/// that could say why: all monitors are asked.
template <class Source>
Judgement judge_or_explain(Scenario const& scenario,
                           Source const& journal,
                           model::RequirementRegistry const& registry,
                           JudgeOptions const& options) {
  auto judgement = judge_any(scenario, journal, registry, options);
  auto const verdict = judgement.result.verdict;
  if (scenario.role() != Scenario::SANITY ||
      (verdict != Verdict::blocked && verdict != Verdict::fail)) {
    return judgement;
  }
  auto watched = scenario;
  watched.clear_monitors_off();
  auto explained = judge_any(watched, journal, registry, options);
  return explained.result.verdict == Verdict::fail ? explained : judgement;
}

}  // namespace

Judgement judge(Scenario const& scenario,
                std::filesystem::path const& journal,
                model::RequirementRegistry const& registry,
                JudgeOptions const& options) {
  return judge_or_explain(scenario, journal, registry, options);
}

Judgement judge(Scenario const& scenario,
                ByteView journal,
                model::RequirementRegistry const& registry,
                JudgeOptions const& options) {
  return judge_or_explain(scenario, journal, registry, options);
}

CaseResult unexecuted(Scenario const& scenario,
                      Verdict verdict,
                      std::string reason,
                      std::string rerun) {
  auto result = blank(scenario, std::move(rerun));
  result.verdict = verdict;
  result.message = std::move(reason);
  add_cited(scenario, result.requirements);
  return result;
}

}  // namespace rpchspec::reports
