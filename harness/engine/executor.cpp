#include "harness/engine/executor.hpp"

#include <algorithm>
#include <future>

#include "harness/actors/step_values.hpp"
#include "harness/engine/journal_deadline.hpp"
#include "net/task_scope.hpp"
#include "reports/steps.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;

// A step that moves no payload is done within this, or it never is.
constexpr auto kStepBound = std::chrono::seconds(10);
constexpr std::uint64_t kSlowestRate = 4 << 20;  // bytes a second, for steps that move payload
// A front that holds each acknowledgement back for 200 ms is slow, not blocked: half a window or
// one call in 500 ms still counts as moving, up to a limit.
constexpr std::uint64_t kSlowestSmallRate = 64 << 10;
constexpr auto kSlowestCall = std::chrono::milliseconds(500);
constexpr auto kMostPatience = std::chrono::seconds(60);

Duration scaled(Duration duration, double scale) {
  return std::chrono::duration_cast<Duration>(duration * scale);
}

std::uint64_t largest_send(scn::Step const& step) {
  if (step.has_client_send()) {
    return step.client_send().bytes();
  }
  return step.has_server_send() ? step.server_send().bytes() : 0;
}

/// What a slow way may need beyond kStepBound.
Duration patience_for(scn::Step const& step) {
  Duration bound = std::chrono::seconds(largest_send(step) / kSlowestSmallRate);
  if (step.has_client_call()) {
    bound += kSlowestCall * step.client_call().count();
  }
  return std::min<Duration>(bound, kMostPatience);
}

Duration pieces_time(scn::Send const& send) {
  if (send.split() == 0) {
    return {};
  }
  constexpr int kMostPieces = 1024;
  return actors::to_duration(send.gap()) * kMostPieces;
}

}  // namespace

Executor::Executor(net::Executor executor,
                   scn::Scenario const& scenario,
                   Cast cast,
                   double timeout_scale)
    : scenario_(scenario),
      cast_(cast),
      scale_(timeout_scale),
      watch_(scenario),
      happened_(executor) {
  for (std::uint32_t i = 0; i < watch_.steps().size(); ++i) {
    if (auto const* step = watch_.steps()[i].step) {
      index_[step] = i;
    }
  }
  journal::Event started;  // the real one came before there was anybody to hear it
  started.mutable_started()->set_timeout_scale(timeout_scale);
  watch_.on_event(started);
  // The recorder is told more after the steps are over.
  cast_.recorder.listen([this, alive = std::weak_ptr(alive_)](journal::Event const& event) {
    if (alive.expired()) {
      return;
    }
    on_event(event);
  });
}

void Executor::on_event(journal::Event const& event) {
  watch_.on_event(event);
  happened_.notify();
}

/// What has not come by now may be on its way from another machine.
void Executor::on_time() {
  auto const late = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(cast_.servers.lateness()).count());
  auto const now = cast_.recorder.ns_at(Clock::now());
  watch_.on_time(now - std::min(late, now));
}

net::Deadline Executor::at_ns(std::uint64_t ns) const {
  return journal_deadline(cast_.recorder, ns, cast_.servers.lateness());
}

void Executor::tell(std::uint32_t index,
                    journal::v1::Step::Phase phase,
                    std::string error,
                    bool setup) {
  journal::Event event;
  event.set_source(journal::v1::HARNESS);
  auto* step = event.mutable_step();
  step->set_index(index);
  step->set_label(watch_.steps()[index].label);
  step->set_phase(phase);
  step->set_error(std::move(error));
  step->set_setup(setup);
  cast_.recorder.append(event, Clock::now());
}

net::Task<bool> Executor::run(net::Deadline watchdog) {
  (void)co_await run_steps(scenario_.steps(), watchdog);
  if (!set_up_failed_) {
    co_await settle(watchdog);
  }
  co_return !watchdog.has_passed();
}

net::Task<bool> Executor::run_steps(google::protobuf::RepeatedPtrField<scn::Step> const& steps,
                                    net::Deadline watchdog) {
  for (auto const& step : steps) {
    if (watchdog.has_passed()) {
      co_return false;
    }
    auto const done = co_await run_step(step, watchdog);
    if (!done) {
      co_return false;
    }
  }
  co_return true;
}

net::Task<bool> Executor::run_step(scn::Step const& step, net::Deadline watchdog) {
  auto const index = index_.at(&step);
  // An `await` that cites nothing is how a scenario says "this must be so before the case begins".
  auto const setup =
      !step.given().empty() || (step.has_await() && step.await().by().empty() && step.by().empty());
  co_await cast_.servers.caught_up();
  tell(index, journal::v1::Step::BEGAN, {}, setup);
  auto const done = co_await act(step, watchdog);
  // Nobody reaches a proxy that must not load, and TLS may keep out who shows no certificate or a
  // stranger's: there a failing step is as it should be.
  auto const may_fail = scenario_.proxy().refuses_to_load() ||
                        scenario_.client().shows() != scn::Client::USUAL_CERTIFICATE;
  if (done || (may_fail && !step.has_await())) {
    tell(index, journal::v1::Step::DONE, {}, setup);
    co_return true;
  }
  set_up_failed_ = set_up_failed_ || setup;
  tell(index, journal::v1::Step::FAILED, done.error().detail, setup);
  co_return false;
}

net::Deadline Executor::deadline_of(scn::Step const& step) const {
  Duration bound = kStepBound;
  bound += std::chrono::seconds(largest_send(step) / kSlowestRate) + patience_for(step);
  if (step.has_client_send()) {
    bound += pieces_time(step.client_send());
  } else if (step.has_server_send()) {
    bound += pieces_time(step.server_send());
  }
  return net::Deadline::in(scaled(bound, scale_));
}

net::Task<Executor::Outcome> Executor::act(scn::Step const& step, net::Deadline watchdog) {
  auto const deadline = earlier(deadline_of(step), watchdog);
  if (step.has_await()) {
    co_return co_await await(step, watchdog);
  }
  if (step.has_parallel()) {
    co_return co_await parallel(step.parallel(), watchdog);
  }
  auto const bound = step.has_pause() || step.has_proxy_reload() ? watchdog : deadline;
  co_return co_await play(step, bound);
}

net::Task<Executor::Outcome> Executor::play(scn::Step const& step, net::Deadline deadline) {
  if (step.has_pause()) {
    auto const until = net::Deadline::in(actors::to_duration(step.pause().for_()));
    (void)co_await net::sleep_until(earlier(until, deadline));
    co_return Outcome();
  }
  if (step.has_proxy_reload()) {
    co_return co_await reload(deadline);
  }
  if (reports::is_of_server(step)) {
    co_return co_await cast_.servers.act(step, deadline);
  }
  co_return co_await act_client(step, deadline);
}

net::Task<Executor::Outcome> Executor::act_client(scn::Step const& step, net::Deadline deadline) {
  auto& client = cast_.client;
  auto const vc = std::max(step.vc(), 1U);
  switch (step.action_case()) {
    case scn::Step::kClientConnect:
      co_return co_await client.connect(vc, step.client_connect(), deadline);
    case scn::Step::kClientRequest:
      co_return co_await client.request(vc, step.client_request(), deadline);
    case scn::Step::kClientOpen:
      co_return co_await client.open(vc, step.client_open(), deadline);
    case scn::Step::kClientSend:
      co_return co_await client.send(vc, step.client_send(), deadline);
    case scn::Step::kClientClose:
      co_return co_await client.close(vc, step.client_close(), deadline);
    case scn::Step::kClientAck:
      co_return co_await client.ack(vc, step.client_ack(), deadline);
    case scn::Step::kClientEcho:
      co_return co_await client.echo(vc, step.client_echo(), deadline);
    case scn::Step::kClientHttp:
      co_return co_await client.http(vc, step.client_http(), deadline);
    case scn::Step::kClientCall:
      co_return co_await client.call(vc, step.client_call(), deadline);
    case scn::Step::kClientRecycle:
      co_return co_await client.recycle(vc, step.client_recycle(), deadline);
    case scn::Step::kClientRelease:
      co_return client.release(vc, step.client_release());
    case scn::Step::kClientReading:
      co_return client.reading(vc, step.client_reading());
    case scn::Step::kClientFault:
      co_return client.fault(vc, step.client_fault());
    default:
      co_return fail({ErrorCode::not_supported, 0, "", "", "a step without an action"});
  }
}

/// The command runs beside this thread, which the client and the servers need meanwhile.
net::Task<Executor::Outcome> Executor::reload(net::Deadline deadline) {
  if (!cast_.reload) {
    co_return fail({ErrorCode::not_supported, 0, "", "", "nothing has the proxy reload"});
  }
  auto const outcome = std::make_shared<std::optional<Outcome>>();
  auto const running = std::async(std::launch::async, [this, outcome] {
    auto result = cast_.reload();
    net::asio::post(happened_.executor(), [this, outcome, alive = std::weak_ptr(alive_),
                                           result = std::move(result)]() mutable {
      *outcome = std::move(result);
      if (!alive.expired()) {
        happened_.notify();
      }
    });
  });
  auto const done = co_await happened_.wait([&outcome] { return outcome->has_value(); }, deadline);
  if (!done) {
    co_return fail({ErrorCode::deadline, 0, "", "", "the case's watchdog ended the wait"});
  }
  co_return std::move(**outcome);
}

net::Task<Executor::Outcome> Executor::await(scn::Step const& step, net::Deadline watchdog) {
  auto* watch = watch_.of_step(index_.at(&step));
  while (!watch->decided() && !watchdog.has_passed()) {
    (void)co_await happened_.next(earlier(at_ns(watch->next_deadline_ns()), watchdog));
    on_time();
  }
  if (!watch->decided()) {
    co_return fail({ErrorCode::deadline, 0, "", "", "the case's watchdog ended the wait"});
  }
  if (*watch->decided() == model::Outcome::never) {
    auto const said = watch->observation();
    co_return fail(
        {ErrorCode::deadline, 0, "", "", "expected " + said.expected + "; seen: " + said.seen});
  }
  co_return Outcome();
}

net::Task<Executor::Outcome> Executor::parallel(scn::Parallel const& step, net::Deadline watchdog) {
  auto all = true;
  co_await net::in_scope([&](net::TaskScope& scope) -> net::Task<> {
    for (auto const& branch : step.branches()) {
      scope.spawn([this, &branch, &all, watchdog]() -> net::Task<> {
        auto const done = co_await run_steps(branch.steps(), watchdog);
        all = all && done;
      });
    }
    co_return;
  });
  if (!all) {
    co_return fail({ErrorCode::unexpected, 0, "", "", "a branch did not get to its end"});
  }
  co_return Outcome();
}

net::Task<> Executor::settle(net::Deadline watchdog) {
  on_time();
  while (!watch_.all_decided() && !watchdog.has_passed()) {
    (void)co_await happened_.next(earlier(at_ns(watch_.next_deadline_ns()), watchdog));
    on_time();
  }
}

}  // namespace rpchspec::engine
