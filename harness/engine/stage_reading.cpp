#include "harness/engine/stage_reading.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "harness/engine/journal_deadline.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;

bool looks_from_now_on(scn::Expectation const& expectation) {
  return expectation.has_no_response() || expectation.has_receives_not() ||
         expectation.has_not_connected() || expectation.has_stays_open();
}

}  // namespace

void tell_step(journal::Recorder& recorder,
               std::uint32_t index,
               std::string const& label,
               StepEnd const* end) {
  journal::Event event;
  event.set_source(journal::v1::HARNESS);
  auto* step = event.mutable_step();
  step->set_index(index);
  step->set_label(label);
  step->set_phase(end == nullptr             ? journal::v1::Step::BEGAN
                  : !end->error && end->held ? journal::v1::Step::DONE
                                             : journal::v1::Step::FAILED);
  if (end != nullptr && end->error) {
    step->set_error(end->error->detail);
  }
  recorder.append(event, Clock::now());
}

void StageReading::on_event(journal::Event const& event) {
  past_.add(event);
  for (auto& reader : readers_) {
    reader.watch.on_event(event);
    if (reader.satisfied == 0 && reader.watch.satisfied()) {
      reader.satisfied = past_.last();
    }
  }
  changed_.notify();
}

void StageReading::begin(std::uint32_t index, std::string const& label) {
  labels_[label] = {index, past_.last() + 1};
}

Result<reports::ExpectationContext> StageReading::context_of(scn::Expectation const& expectation,
                                                             std::uint32_t index) const {
  reports::ExpectationContext context;
  context.timeout_scale = timeout_scale_;
  if (expectation.since() == "start") {
    return context;
  }
  if (expectation.since().empty()) {
    context.anchor = index;
    context.from_began = true;
    return context;
  }
  auto const at = labels_.find(expectation.since());
  if (at == labels_.end()) {
    return fail(
        {ErrorCode::not_found, 0, "", "", "no step had the label '" + expectation.since() + "'"});
  }
  if (at->second.event < past_.oldest()) {
    return fail({ErrorCode::too_large, 0, "", "",
                 "too much has happened since the step '" + expectation.since() + "'"});
  }
  context.anchor = context.scope = at->second.index;
  return context;
}

net::Task<StepEnd> StageReading::await(scn::Expectation const& expectation,
                                       std::uint32_t index,
                                       std::optional<Duration> patience) {
  StepEnd end;
  auto const context = context_of(expectation, index);
  auto const stream = expectation.subject() + "#" + std::to_string(std::max(1U, expectation.vc()));
  auto const negative = looks_from_now_on(expectation);
  auto const from = !expectation.since().empty() ? 0 : negative ? past_.last() : read_to_[stream];
  tell_step(recorder_, index, "await", nullptr);  // behind `from`: its time begins with it
  if (!context) {
    end.error = context.error();
    co_return end;
  }
  readers_.push_back({reports::ExpectationWatch(expectation, *context), 0});
  auto const reader = std::prev(readers_.end());
  // Where it is broken off, its frame ends here.
  std::unique_ptr<void, std::function<void(void*)>> const ended(
      this, [this, reader](void*) { readers_.erase(reader); });
  auto& watch = reader->watch;
  reader->satisfied = past_.show(watch, from);
  watch.await_no_more();
  auto const limit = patience ? net::Deadline::in(*patience) : net::Deadline::never();
  watch.on_time(recorder_.ns_at(Clock::now()));
  while (!watch.decided() && !limit.has_passed()) {
    auto const at = journal_deadline(recorder_, watch.next_deadline_ns());
    (void)co_await changed_.next(earlier(at, limit));
    watch.on_time(recorder_.ns_at(Clock::now()));
  }
  auto const told = watch.observation();
  end.expected = told.expected;
  end.seen = told.seen;
  if (!watch.decided()) {
    end.error = Error{ErrorCode::deadline, 0, "", "", "not decided in time: " + told.expected};
  }
  end.held = watch.decided() == model::Outcome::held;
  if (end.held && !negative && expectation.since().empty()) {
    read_to_[stream] = std::max(read_to_[stream], reader->satisfied);
  }
  co_return end;
}

}  // namespace rpchspec::engine
