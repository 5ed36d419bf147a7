#include "harness/faults/step_fault.hpp"

#include <algorithm>

namespace rpchspec::faults {

namespace {

using scenario::v1::Step;

std::string usual_leg(Actor actor) {
  return actor == Actor::client ? "client.in" : "server.out";
}

bool is_of_leg(api::Fault const& fault) {
  auto const kind = kind_of(fault);
  return kind == FaultKind::bytes || kind == FaultKind::pdus;
}

Checked<void> check_leg(api::Fault const& step, Actor actor) {
  auto const who = std::string(to_string(actor));
  std::vector<std::string> const allowed = {who + ".in", who + ".out", who + ".both", who + ".v1"};
  if (!step.leg().empty() && std::ranges::find(allowed, step.leg()) == allowed.end()) {
    return refuse("leg", "'leg': " + who + ".fault cannot act on '" + step.leg() + "'", allowed,
                  step.leg());
  }
  auto const is_v1 = channel_of(step) == "v1";
  if (is_v1 && (kind_of(step) != FaultKind::bytes || step.has_after())) {
    return refuse("leg", "'leg': a v1 session knows faults of bytes, at once, alone");
  }
  return {};
}

/// What is another thing here than in a fixture.
Checked<void> check_place(api::Fault const& step, Actor actor) {
  if (step.connection() != 0) {
    return refuse("connection", "'connection' is for fixtures; a step has 'vc'");
  }
  if (step.applied() != 0) {
    return refuse("applied", "'applied' is told, not set");
  }
  if (kind_of(step) == FaultKind::proxy) {
    return refuse("defect", "'defect' is for fixtures; a case is played on any proxy");
  }
  if (kind_of(step) == FaultKind::servers && actor == Actor::client) {
    return refuse("recycle_out_at", "'recycle_out_at' belongs to server.fault");
  }
  if (acts_on_open(step) && step.times() != 0) {
    return refuse("times", "'times' counts PDUs, or connections with 'after'; this one acts once");
  }
  return {};
}

template <class Steps>
bool any_fault(Steps const& steps, Actor actor) {
  return std::any_of(steps.begin(), steps.end(), [actor](Step const& step) {
    auto const& branches = step.parallel().branches();
    return (actor == Actor::client ? step.has_client_fault() : step.has_server_fault()) ||
           std::any_of(branches.begin(), branches.end(),
                       [actor](auto const& each) { return any_fault(each.steps(), actor); });
  });
}

}  // namespace

std::string_view to_string(Actor actor) {
  return actor == Actor::client ? "client" : "server";
}

OurEnd end_of(Actor actor) {
  return actor == Actor::client ? OurEnd::client : OurEnd::serving;
}

std::string_view channel_of(api::Fault const& fault) {
  auto const leg = std::string_view(fault.leg());
  return leg.substr(std::min(leg.find('.') + 1, leg.size()));
}

bool acts_on_open(api::Fault const& step) {
  return kind_of(step) == FaultKind::bytes && !step.has_after();
}

Checked<void> checked_step(api::Fault const& step, Actor actor) {
  if (step.what_case() == api::Fault::WHAT_NOT_SET) {
    auto const done = checked([&] {
      auto named = step;
      named.set_name("fault");
      return named;
    }());
    return tl::unexpected(done.error());
  }
  for (auto const& done : {check_place(step, actor), check_leg(step, actor)}) {
    if (!done) {
      return done;
    }
  }
  for (auto& each : faults_of(step, actor)) {
    if (step.name().empty()) {
      each.set_name("fault");
    }
    if (channel_of(each) == "v1") {
      each.set_leg(usual_leg(actor));
    }
    if (auto const done = checked(each, end_of(actor)); !done) {
      return tl::unexpected(done.error());
    }
  }
  return {};
}

std::vector<api::Fault> faults_of(api::Fault const& step, Actor actor) {
  auto one = step;
  if (!is_of_leg(step)) {
    return {one};
  }
  if (step.leg().empty()) {
    one.set_leg(usual_leg(actor));
  }
  if (channel_of(step) != "both") {
    return {one};
  }
  auto other = one;
  for (auto const& [fault, channel] : {std::pair(&one, ".in"), std::pair(&other, ".out")}) {
    fault->set_leg(std::string(to_string(actor)) + channel);
    fault->set_name(step.name() + channel);
  }
  return {one, other};
}

std::vector<std::string> names_of_step(std::string const& name) {
  return {name, name + ".in", name + ".out"};
}

bool may_fault(scenario::v1::Scenario const& scenario, Actor actor) {
  return scenario.steps().empty() || any_fault(scenario.steps(), actor);
}

}  // namespace rpchspec::faults
