#include "reports/case_watch.hpp"

#include <algorithm>
#include <limits>

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Expectation;

namespace {

bool is_negative(Expectation const& expectation) {
  switch (expectation.predicate_case()) {
    case Expectation::kNoResponse:
    case Expectation::kReceivesNot:
    case Expectation::kNotConnected:
    case Expectation::kStaysOpen:
      return true;
    default:
      return false;
  }
}

std::string stream_of(Expectation const& expectation) {
  return expectation.subject() + "#" + std::to_string(std::max(1U, expectation.vc()));
}

/// Anchor and scope of `since`; false when no step has that name.
bool since(std::vector<FlatStep> const& steps,
           std::string_view label,
           ExpectationContext& context) {
  if (label == "start") {
    context = {};
    return true;
  }
  auto const range = find_step(steps, label);
  if (range) {
    context.anchor = range->last;
    context.scope = range->first;
  }
  return range.has_value();
}

}  // namespace

CaseWatch::CaseWatch(scenario::v1::Scenario const& scenario) : steps_(flatten_steps(scenario)) {
  std::map<std::string, std::uint32_t> previous;
  for (std::uint32_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].step == nullptr || !steps_[i].step->has_await()) {
      continue;
    }
    auto expectation = steps_[i].step->await();
    expectation.mutable_by()->MergeFrom(steps_[i].step->by());
    if (expectation.vc() == 0) {
      expectation.set_vc(steps_[i].step->vc());
    }
    ExpectationContext context;
    context.anchor = i;
    context.from_began = true;
    if (!expectation.since().empty()) {
      since(steps_, expectation.since(), context);
      context.from_began = false;
    }
    Await await{ExpectationWatch(expectation, context), {}, is_negative(expectation), false};
    auto const stream = stream_of(expectation);
    // Awaits in branches run side by side: there is no order among them to read by.
    if (auto const before = previous.find(stream);
        before != previous.end() && !steps_[i].in_branch && expectation.since().empty()) {
      await.previous = before->second;
    }
    await.armed = !await.negative && !await.previous;
    if (!await.armed) {
      await.watch.mute();
    }
    if (!await.negative && !steps_[i].in_branch) {
      previous[stream] = i;
    }
    awaits_.emplace(i, std::move(await));
  }
  for (auto const& expectation : scenario.expect()) {
    ExpectationContext context;
    bool const named = !expectation.since().empty() && since(steps_, expectation.since(), context);
    if (!named) {
      context.anchor = last_step(steps_);
      context.scope = first_own_step(steps_);
    }
    final_.emplace_back(expectation, context);
  }
}

void CaseWatch::on_event(v1::Event const& event) {
  if (event.has_step()) {
    note_step(event);
  }
  for (auto& [index, await] : awaits_) {
    await.watch.on_event(event);
  }
  arm_awaits();
  for (auto& watch : final_) {
    watch.on_event(event);
  }
}

/// A negative await looks from its own beginning on; a failed step ends the timeline. While an
/// await lasts, and behind the end of the timeline, the client asks for nothing more.
void CaseWatch::note_step(v1::Event const& event) {
  auto const& step = event.step();
  auto const found = awaits_.find(step.index());
  auto const in_branch = step.index() < steps_.size() && steps_[step.index()].in_branch;
  if (step.phase() == v1::Step::BEGAN && found != awaits_.end()) {
    if (found->second.negative && !found->second.armed) {
      found->second.armed = true;
      found->second.watch.restart_scope();
    }
    if (!in_branch) {
      found->second.watch.await_no_more();
    }
  }
  if (step.phase() != v1::Step::BEGAN && !in_branch &&
      (step.phase() == v1::Step::FAILED || step.index() == last_step(steps_))) {
    for (auto& watch : final_) {
      watch.await_no_more();
    }
  }
  // Beside a branch that fails the others go on, and then the whole `parallel` fails.
  if (step.phase() == v1::Step::FAILED && !step.setup() && !in_branch) {
    for (auto& watch : final_) {
      watch.end_of_timeline(event.at_ns());
    }
  }
}

/// What is armed now sees the next event first: so does, in turn, the one that waits for it.
void CaseWatch::arm_awaits() {
  std::vector<Await*> due;
  for (auto& [index, await] : awaits_) {
    if (await.armed || !await.previous) {
      continue;
    }
    auto const& previous = awaits_.at(*await.previous);
    if (previous.armed && previous.watch.satisfied()) {
      due.push_back(&await);
    }
  }
  for (auto* await : due) {
    await->armed = true;
    await->watch.restart_scope();
  }
}

void CaseWatch::on_time(std::uint64_t now_ns) {
  for (auto& [index, await] : awaits_) {
    await.watch.on_time(now_ns);
  }
  for (auto& watch : final_) {
    watch.on_time(now_ns);
  }
}

ExpectationWatch* CaseWatch::of_step(std::uint32_t index) {
  auto const found = awaits_.find(index);
  return found == awaits_.end() ? nullptr : &found->second.watch;
}

ExpectationWatch const* CaseWatch::of_step(std::uint32_t index) const {
  auto const found = awaits_.find(index);
  return found == awaits_.end() ? nullptr : &found->second.watch;
}

bool CaseWatch::all_decided() const {
  return std::all_of(final_.begin(), final_.end(),
                     [](ExpectationWatch const& watch) { return watch.decided().has_value(); });
}

std::uint64_t CaseWatch::next_deadline_ns() const {
  auto earliest = std::numeric_limits<std::uint64_t>::max();
  for (auto const& watch : final_) {
    earliest = std::min(earliest, watch.next_deadline_ns());
  }
  return earliest;
}

}  // namespace rpchspec::reports
