#include "reports/reading.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace rpchspec::reports {

namespace v1 = journal::v1;
using model::Observation;
using model::Outcome;

namespace {

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

/// What is missed after the set-up failed, or where the client never reached the proxy, says
/// nothing about it (design.md §4).
bool is_void(Reading const& reading, ExpectationWatch const& watch) {
  if (watch.decided() == Outcome::held) {
    return false;
  }
  bool const unready = !reading.setup.empty() && watch.decided_ns() > reading.setup.front().at_ns;
  return unready || reading.turned_away();
}

int rank(model::Level level) {
  switch (level) {
    case model::Level::must:
      return 0;
    case model::Level::should:
      return 1;
    case model::Level::product:
      return 2;
    case model::Level::may:
      return 3;
    case model::Level::not_applicable:
      return 4;
  }
  return 0;
}

/// One expectation is one finding, whatever it cites: the first of the highest level leads.
void set_lead(std::vector<Observation>& of_one) {
  std::stable_sort(of_one.begin(), of_one.end(), [](Observation const& a, Observation const& b) {
    return rank(a.level) < rank(b.level);
  });
  for (auto other = of_one.begin() + 1; other < of_one.end(); ++other) {
    other->led_by = of_one.front().requirement;
  }
}

}  // namespace

void Reading::on_event(v1::Event const& event) {
  last_ns = std::max(last_ns, event.at_ns());
  watch.on_event(event);
  auto const sighting = around.see(event);
  monitors.on_event(sighting);
  choices.on_event(sighting);
  if (event.source() == v1::CLIENT) {
    on_client(event);
  }
  if (event.has_note()) {
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

void Reading::finish() {
  watch.on_time(last_ns);
  monitors.finish(around);
  choices.finish(around);
}

void Reading::on_client(v1::Event const& event) {
  auto const ending = event.ended().ending();
  connections += event.has_opened() ? 1 : 0;
  refused = refused || ending == v1::REFUSED || ending == v1::UNREACHABLE;
}

void Reading::on_failed_step(v1::Event const& event) {
  auto const& step = event.step();
  auto const* await = watch.of_step(step.index());
  FailedStep failed{fmt::format("step {} {}", step.index() + 1, step.label()), step.error(),
                    event.at_ns(), await != nullptr && await->expectation().by_size() != 0};
  (step.setup() ? setup : actions).push_back(std::move(failed));
}

std::vector<Observation> observations(Reading const& reading,
                                      model::RequirementRegistry const& registry) {
  std::vector<Observation> all;
  auto const& topology = reading.around.topology;
  auto const add = [&](ExpectationWatch const& watch) {
    auto of_one = watch.observations();
    for (auto& observation : of_one) {
      if (is_void(reading, watch)) {
        observation.outcome = Outcome::blocked;
      }
      set_level(observation, registry, topology);
    }
    set_lead(of_one);
    std::move(of_one.begin(), of_one.end(), std::back_inserter(all));
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
    set_level(objection, registry, topology);
    all.push_back(std::move(objection));
  }
  return all;
}

}  // namespace rpchspec::reports
