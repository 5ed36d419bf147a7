#include "harness/actors/actor_faults.hpp"

#include <algorithm>

namespace rpchspec::actors {

namespace {

Result<void> said(faults::Checked<faults::api::Fault> const& done) {
  return done ? Result<void>() : fail({ErrorCode::bad_value, 0, "fault", "", done.error().text});
}

}  // namespace

ActorFaults::ActorFaults(net::Executor executor, faults::Actor actor, faults::FaultHooks hooks)
    : actor_(actor), board_(executor, std::move(hooks), faults::end_of(actor)) {}

std::vector<faults::api::Fault> ActorFaults::of(faults::api::Fault step) {
  if (step.name().empty()) {
    step.set_name("fault-" + std::to_string(++unnamed_));
  }
  return faults::faults_of(step, actor_);
}

Result<void> ActorFaults::set(faults::api::Fault const& fault, std::uint32_t virtual_connection) {
  return said(board_.set(fault, virtual_connection));
}

Result<void> ActorFaults::set_on(faults::api::Fault fault, net::PduLeg& leg) {
  auto& stream = leg.stream();
  if (faults::channel_of(fault) != "v1") {
    fault.set_connection(stream.connection());
    return said(board_.set(fault));
  }
  // A session of v1 has no channels: what is sent on it passes no gate.
  auto const end = faults::end_of(actor_);
  auto const is_received = fault.towards() == faults::api::TOWARDS_UNSPECIFIED
                               ? fault.has_stop_reading()
                               : faults::is_received(fault.towards(), end);
  fault.set_leg(actor_ == faults::Actor::client ? "client.in" : "server.out");
  auto const whole = faults::checked(std::move(fault), end);
  if (whole && is_received) {
    stream.set_receive_faults({faults::to_net(*whole)});
  } else if (whole) {
    stream.set_send_faults({faults::to_net(*whole)});
  }
  return said(whole);
}

Result<void> ActorFaults::end(std::string const& name) {
  auto ended = board_.end(name);
  for (auto const& each : faults::names_of_step(name)) {
    auto const done = board_.end(each);
    ended = done ? done : ended;
  }
  return said(ended);
}

}  // namespace rpchspec::actors
