#include "reports/steps.hpp"

#include <algorithm>

namespace rpchspec::reports {

using scenario::v1::Scenario;
using scenario::v1::Step;

namespace {

using Steps = google::protobuf::RepeatedPtrField<Step>;

void flatten(Steps const& steps,
             std::string_view given,
             bool in_branch,
             std::vector<FlatStep>& to) {
  for (auto const& step : steps) {
    auto label = step.label().empty() ? std::string(action_name(step)) : step.label();
    std::string set_up = step.given().empty() ? std::string(given) : step.given();
    to.push_back({std::move(label), set_up, &step, in_branch});
    for (auto const& branch : step.parallel().branches()) {
      flatten(branch.steps(), set_up, true, to);
    }
  }
}

bool filled_in(Scenario const& scenario) {
  return std::any_of(scenario.steps().begin(), scenario.steps().end(),
                     [](Step const& step) { return !step.given().empty(); });
}

}  // namespace

std::vector<FlatStep> flatten_steps(Scenario const& scenario) {
  std::vector<FlatStep> steps;
  if (!filled_in(scenario)) {
    for (auto const& set_up : scenario.set_up()) {
      flatten(set_up.steps(), set_up.name(), false, steps);
    }
    if (scenario.set_up().empty()) {
      for (auto const& name : scenario.given()) {
        steps.push_back({"given:" + name, name, nullptr, false});
      }
    }
  }
  flatten(scenario.steps(), {}, false, steps);
  return steps;
}

std::optional<StepRange> find_step(std::vector<FlatStep> const& steps, std::string_view label) {
  std::optional<StepRange> range;
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    bool const of_set_up = !steps[i].given.empty() && label == "given:" + steps[i].given;
    if (of_set_up) {
      range = StepRange{range ? range->first : i, i};
    } else if (!range && steps[i].label == label) {
      return StepRange{i, i};
    }
  }
  return range;
}

std::optional<std::uint32_t> last_step(std::vector<FlatStep> const& steps) {
  for (auto i = static_cast<std::uint32_t>(steps.size()); i > 0; --i) {
    if (!steps[i - 1].in_branch) {
      return i - 1;
    }
  }
  return std::nullopt;
}

std::optional<std::uint32_t> first_own_step(std::vector<FlatStep> const& steps) {
  for (std::uint32_t i = 0; i < steps.size(); ++i) {
    if (steps[i].own()) {
      return i;
    }
  }
  return std::nullopt;
}

std::string_view action_name(Step const& step) {
  switch (step.action_case()) {
    case Step::kClientConnect:
      return "client.connect";
    case Step::kClientRequest:
      return "client.request";
    case Step::kClientOpen:
      return "client.open";
    case Step::kClientSend:
      return "client.send";
    case Step::kServerSend:
      return "server.send";
    case Step::kClientClose:
      return "client.close";
    case Step::kServerClose:
      return "server.close";
    case Step::kClientReading:
      return "client.reading";
    case Step::kServerReading:
      return "server.reading";
    case Step::kClientAck:
      return "client.ack";
    case Step::kServerAck:
      return "server.ack";
    case Step::kClientEcho:
      return "client.echo";
    case Step::kClientCall:
      return "client.call";
    case Step::kAwait:
      return "await";
    case Step::kPause:
      return "pause";
    case Step::kParallel:
      return "parallel";
    case Step::kClientHttp:
      return "client.http";
    case Step::kClientFault:
      return "client.fault";
    case Step::kServerFault:
      return "server.fault";
    case Step::kClientRecycle:
      return "client.recycle";
    case Step::kServerRecycle:
      return "server.recycle";
    case Step::kClientRelease:
      return "client.release";
    case Step::kServerRelease:
      return "server.release";
    case Step::kProxyReload:
      return "proxy.reload";
    case Step::ACTION_NOT_SET:
      return "step";
  }
  return "step";
}

}  // namespace rpchspec::reports
