#include "harness/loader/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/loader/scenario_words.hpp"
#include "harness/loader/selector.hpp"
#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using scenario::v1::Scenario;
using scenario::v1::Step;

/// Which of the three acts, as a rung of the ladder.
std::string_view rung(Step const& step) {
  switch (step.action_case()) {
    case Step::kServerSend:
    case Step::kServerClose:
    case Step::kServerReading:
    case Step::kServerAck:
    case Step::kServerFault:
    case Step::kServerRecycle:
    case Step::kServerRelease:
      return "client      proxy <---- server";
    case Step::kAwait:
    case Step::kPause:
    case Step::kParallel:
    case Step::kProxyReload:
    case Step::ACTION_NOT_SET:
      return "client      proxy      server ";
    default:
      return "client ---> proxy      server ";
  }
}

std::string citations(google::protobuf::RepeatedPtrField<std::string> const& by,
                      Library const& library,
                      std::string_view topology) {
  std::string text;
  for (auto const& id : by) {
    auto const* requirement = library.requirements.find(id);
    text +=
        fmt::format("       {} ({}): {}\n", id, to_string(library.requirements.level(id, topology)),
                    requirement ? requirement->text : "unknown");
  }
  return text;
}

std::string steps(Scenario const& scenario, Library const& library, std::string_view topology) {
  std::string text;
  std::string set_up;
  int number = 0;
  for (auto const& step : scenario.steps()) {
    if (step.given() != set_up) {
      set_up = step.given();
      auto const found = library.set_ups.find(set_up);
      text += found == library.set_ups.end()
                  ? "Then\n"
                  : fmt::format("Given '{}': {}\n", set_up, found->second.means);
    }
    text += fmt::format("  {:>2}  {}   {}{}\n", ++number, rung(step), in_words(step),
                        step.label().empty() ? "" : "   ('" + step.label() + "')");
    text += citations(step.by(), library, topology);
  }
  return text;
}

}  // namespace

std::string explain(Scenario const& scenario, Library const& library, std::string_view topology) {
  auto text = fmt::format("{}\n{}\n", scenario.id(), scenario.title());
  if (!scenario.why().empty()) {
    text += scenario.why() + "\n";
  }
  std::vector<std::string> const needs(scenario.needs().begin(), scenario.needs().end());
  if (!needs.empty()) {
    text += "Needs " + model::join(needs) + "\n";
  }
  text += fmt::format("Since suite {}, takes about {}{}\n\n", scenario.since(),
                      model::duration_text(expected_duration(scenario).count()),
                      is_soak(scenario) ? ", only with --soak" : "");
  text += steps(scenario, library, topology);
  if (scenario.expect_size() > 0) {
    text += "Must be seen\n";
  }
  for (auto const& expectation : scenario.expect()) {
    text += "   -  " + in_words(expectation) + "\n";
    text += citations(expectation.by(), library, topology);
  }
  return text;
}

std::string explain(model::Requirement const& r, Suite const& suite) {
  auto text = fmt::format("{}   ({}, {})\n{}\n\n", r.id, r.section, r.role, r.text);
  text += fmt::format("For an RPC proxy: {}. For an HTTP front: {}.\n", to_string(r.level),
                      to_string(r.front));
  auto const line = [&](std::string_view label, std::string const& value) {
    if (!value.empty()) {
      text += fmt::format("{}: {}\n", label, value);
    }
  };
  line("Provoked by", r.stimulus);
  line("Then seen", r.expect);
  line("Observed at", r.observed_at);
  line("Needs", model::join(r.needs));
  std::string cases;
  for (auto const& scenario : suite.scenarios) {
    auto const ids = cited(scenario);
    if (std::find(ids.begin(), ids.end(), r.id) != ids.end()) {
      cases += "  " + scenario.id() + "\n";
    }
  }
  if (!cases.empty()) {
    return text + "Checked by\n" + cases;
  }
  return text + (r.why_not.empty() ? "No scenario checks it yet.\n"
                                   : "No scenario checks it: " + r.why_not + ".\n");
}

Result<std::string> skeleton(std::string_view id) {
  if (auto const why = wrong_id(id); !why.empty()) {
    return fail({ErrorCode::bad_value, 0, {}, {}, why});
  }
  return fmt::format(R"(id: {}
title: One sentence that speaks alone
since: "1.0"
why: What goes wrong in the field when this fails
given: [opened]
steps:
  - server.send: {{channel: out, bytes: 32KiB}}
  - label: cut
    server.close: {{leg: out, cause: tcp-rst}}
expect:
  - {{client.out: closed, within: 5s, since: cut, by: RPCH-3.2.4.5.14-04}}
)",
                     id);
}

}  // namespace rpchspec::loader
