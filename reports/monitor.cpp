#include "reports/monitor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/matching.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using scenario::v1::Scenario;
using scenario::v1::Step;

namespace {

/// Whether a step stalls, faults, cuts or overruns: then what did not arrive proves nothing.
bool disturbs(Step const& step) {
  if (step.has_client_reading() || step.has_server_reading() || step.has_client_fault() ||
      step.has_server_fault() || step.has_client_ack() || step.has_server_ack()) {
    return true;
  }
  for (auto const* send : {&step.client_send(), &step.server_send()}) {
    if (send->ignore_window() || send->cut() != 0 || !send->hex().empty() || !send->pdu().empty() ||
        !send->append_hex().empty()) {
      return true;
    }
  }
  return std::any_of(step.parallel().branches().begin(), step.parallel().branches().end(),
                     [](auto const& branch) {
                       return std::any_of(branch.steps().begin(), branch.steps().end(), disturbs);
                     });
}

}  // namespace

bool disturbs(Scenario const& scenario) {
  auto const& client = scenario.client();
  auto const& server = scenario.server();
  return client.no_ack() || server.no_read() || server.hold_size() != 0 ||
         server.ack_policy() == "never" || server.on_accept() != scenario::v1::Server::SERVE ||
         std::any_of(scenario.steps().begin(), scenario.steps().end(),
                     [](Step const& step) { return disturbs(step); });
}

Surroundings::Surroundings(Scenario const& scenario)
    : disturbed(disturbs(scenario)), offloaded(scenario.client().offload_tls()) {}

Sighting Surroundings::see(v1::Event const& event) {
  if (event.has_started()) {
    topology = event.started().topology();
    timeout_scale = std::max(1.0, event.started().timeout_scale());
    clock_error_ns = event.started().elsewhere().clock_error_ns();
  } else if (event.has_fault()) {
    disturbed = true;
  }
  return {event, table.on_event(event), *this};
}

std::uint64_t Surroundings::patience_to_close_ns() const {
  return static_cast<std::uint64_t>(kPatienceToClose * timeout_scale * 1e9) + clock_error_ns;
}

std::uint32_t Sighting::vc() const {
  auto const number =
      connection != nullptr ? connection->virtual_connection : event.virtual_connection();
  return std::max(1U, number);
}

bool Sighting::is(v1::Source source, v1::Direction direction) const {
  return event.source() == source && event.direction() == direction;
}

v1::Leg Sighting::leg() const {
  return connection != nullptr ? connection->leg : event.leg();
}

void Monitor::object(Sighting const& at, Objection const& objection) {
  auto leg = leg_name(at.event.source(), at.leg());
  auto const where_from = objections_.size();
  object(at.event.at_ns(), std::move(leg), objection);
  if (objections_.size() != where_from && at.event.connection() != 0) {
    objections_.back().where += fmt::format(", connection {}", at.event.connection());
  }
}

void Monitor::object(std::uint64_t at_ns, std::string leg, Objection const& objection) {
  auto kind = fmt::format("monitor:{}: {}", name(), objection.kind);
  bool const known =
      std::any_of(objections_.begin(), objections_.end(), [&](model::Observation const& each) {
        return each.requirement == objection.requirement && each.kind == kind && each.leg == leg;
      });
  if (known) {
    return;
  }
  model::Observation observation;
  observation.requirement = objection.requirement;
  observation.outcome = model::Outcome::never;
  observation.kind = std::move(kind);
  observation.leg = std::move(leg);
  observation.expected = objection.expected;
  observation.seen = objection.seen;
  observation.where = seconds_text(at_ns);
  observation.from_monitor = true;
  objections_.push_back(std::move(observation));
}

std::vector<std::unique_ptr<Monitor>> make_monitors() {
  std::vector<std::unique_ptr<Monitor>> monitors;
  for (auto const make :
       {make_forwarding_monitor, make_routing_monitor, make_syntax_monitor, make_window_monitor,
        make_ack_monitor, make_lifetime_monitor, make_head_monitor, make_echo_monitor,
        make_front_monitor, make_values_monitor, make_cross_talk_monitor, make_legacy_monitor,
        make_tls_monitor, make_close_monitor, make_ping_monitor, make_v1_monitor, make_leak_monitor,
        make_resources_monitor, make_affinity_monitor}) {
    monitors.push_back(make());
  }
  return monitors;
}

std::vector<MonitorFacts> monitor_facts() {
  std::vector<MonitorFacts> facts;
  for (auto const& monitor : make_monitors()) {
    auto const ids = monitor->requirements();
    facts.push_back({std::string(monitor->name()), {ids.begin(), ids.end()}});
  }
  return facts;
}

MonitorSet::MonitorSet(Scenario const& scenario) : monitors_(make_monitors()) {
  auto const& off = scenario.monitors_off();
  std::erase_if(monitors_, [&](std::unique_ptr<Monitor> const& monitor) {
    return std::find(off.begin(), off.end(), monitor->name()) != off.end();
  });
}

/// At a live endpoint only the client's end is ours: what compares both has nothing to compare.
void MonitorSet::leave_out_two_sided() {
  std::erase_if(monitors_, [](std::unique_ptr<Monitor> const& monitor) {
    return monitor->name() == "forwarding" || monitor->name() == "routing";
  });
}

void MonitorSet::on_event(Sighting const& sighting) {
  if (sighting.event.has_started() && sighting.around.topology == "live") {
    leave_out_two_sided();
  }
  for (auto& monitor : monitors_) {
    monitor->on_event(sighting);
  }
}

void MonitorSet::finish(Surroundings const& around) {
  for (auto& monitor : monitors_) {
    monitor->finish(around);
  }
}

std::vector<model::Observation> MonitorSet::objections() const {
  std::vector<model::Observation> all;
  for (auto const& monitor : monitors_) {
    all.insert(all.end(), monitor->objections().begin(), monitor->objections().end());
  }
  return all;
}

}  // namespace rpchspec::reports
