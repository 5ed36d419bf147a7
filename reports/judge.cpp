#include "reports/judge.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "journal/reader.hpp"
#include "reports/case_watch.hpp"
#include "reports/monitor.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using model::CaseResult;
using model::Observation;
using model::Outcome;
using model::Verdict;
using scenario::v1::Scenario;

namespace {

struct FailedStep {
  std::string label;
  std::string error;
  std::uint64_t at_ns = 0;
  bool judged = false;  // an await whose expectation says what is wrong
};

/// Everything one pass over a journal collects.
struct Reading {
  explicit Reading(Scenario const& scenario) : watch(scenario), monitors(scenario) {}

  CaseWatch watch;
  MonitorSet monitors;
  std::string topology;
  std::vector<FailedStep> setup;
  std::vector<FailedStep> actions;
  std::set<std::uint32_t> begun;  // steps
  std::uint64_t last_ns = 0;
  std::uint32_t lag_ms = 0;
  bool finished = false;
  bool interrupted = false;
  std::string harness_error;

  void on_event(v1::Event const& event) {
    last_ns = std::max(last_ns, event.at_ns());
    watch.on_event(event);
    monitors.on_event(event);
    if (event.has_started()) {
      topology = event.started().topology();
    } else if (event.has_note()) {
      lag_ms = std::max(lag_ms, event.note().lag_ms());
    } else if (event.has_step() && event.step().phase() == v1::Step::BEGAN) {
      begun.insert(event.step().index());
    } else if (event.has_step() && event.step().phase() == v1::Step::FAILED) {
      on_failed_step(event);
    } else if (event.has_finished()) {
      finished = true;
      interrupted = event.finished().interrupted();
      harness_error = event.finished().error();
    }
  }

  /// A step before it failed, so that it was not reached.
  [[nodiscard]] bool passed_over(std::uint32_t step) const {
    return !actions.empty() && !begun.contains(step);
  }

  void on_failed_step(v1::Event const& event) {
    auto const& step = event.step();
    auto const* await = watch.of_step(step.index());
    FailedStep failed{fmt::format("step {} {}", step.index() + 1, step.label()), step.error(),
                      event.at_ns(), await != nullptr && await->expectation().by_size() != 0};
    (step.setup() ? setup : actions).push_back(std::move(failed));
  }
};

void set_level(Observation& observation,
               model::RequirementRegistry const& registry,
               std::string_view topology) {
  if (observation.requirement.empty()) {
    return;
  }
  // A requirement that the registry lost would turn every monitor's word into a failure.
  if (observation.from_monitor && registry.find(observation.requirement) == nullptr) {
    observation.level = model::Level::may;
    return;
  }
  observation.level = registry.level(observation.requirement, topology);
}

/// What is missed after the set-up failed says nothing about the proxy (design.md §4).
bool is_void(Reading const& reading, ExpectationWatch const& watch) {
  return !reading.setup.empty() && watch.decided() != Outcome::held &&
         watch.decided_ns() > reading.setup.front().at_ns;
}

std::vector<Observation> observations(Reading const& reading,
                                      model::RequirementRegistry const& registry) {
  std::vector<Observation> all;
  auto const add = [&](ExpectationWatch const& watch) {
    for (auto& observation : watch.observations()) {
      if (is_void(reading, watch)) {
        observation.outcome = Outcome::blocked;
      }
      all.push_back(std::move(observation));
    }
  };
  for (std::uint32_t i = 0; i < reading.watch.steps().size(); ++i) {
    auto const* await = reading.watch.of_step(i);
    // Without `by` an await is part of the set-up: it judges nothing. One that was not reached
    // doesn't either, even of what must not happen.
    if (await != nullptr && await->expectation().by_size() != 0 && !reading.passed_over(i)) {
      add(*await);
    }
  }
  for (auto const& watch : reading.watch.final_expectations()) {
    add(watch);
  }
  for (auto& objection : reading.monitors.objections()) {
    all.push_back(std::move(objection));
  }
  for (auto& observation : all) {
    set_level(observation, registry, reading.topology);
  }
  return all;
}

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

std::string three_lines(Observation const& observation,
                        model::RequirementRegistry const& registry) {
  auto const* requirement = registry.find(observation.requirement);
  auto const level = model::to_string(observation.level);
  auto const id = observation.requirement.empty() ? "(no requirement)" : observation.requirement;
  return fmt::format("required: {} ({}){}{}\nexpected: {}\nseen:     {}", id, level,
                     requirement == nullptr ? "" : " ",
                     requirement == nullptr ? "" : requirement->text, observation.expected,
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
    result.message = three_lines(*worst, registry);
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
  reading.watch.on_time(reading.last_ns);
  reading.monitors.finish();

  Judgement judgement;
  judgement.lag_ms = reading.lag_ms;
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
