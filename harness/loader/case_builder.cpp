#include "harness/loader/case_builder.hpp"

#include <algorithm>
#include <set>

#include <google/protobuf/duration.pb.h>

#include "harness/loader/matrix.hpp"
#include "harness/loader/stated_value.hpp"
#include "harness/loader/sugar.hpp"
#include "harness/loader/suite_version.hpp"

namespace rpchspec::loader {
namespace {

using model::TextErrors;
using model::YamlNode;
using scenario::v1::Scenario;
using scenario::v1::Step;

/// The steps of the set-ups, each marked with the set-up it belongs to.
std::vector<Step> set_up_steps(Scenario const& scenario, SetUps const& set_ups) {
  std::vector<Step> steps;
  std::vector<std::string> const given(scenario.given().begin(), scenario.given().end());
  for (auto const& name : in_order(given, set_ups)) {
    for (auto const& node : set_ups.at(name).steps.items) {
      TextErrors checked_when_read(name);
      Places places;
      Step step;
      fill(step, desugar_step(node, checked_when_read), places, checked_when_read);
      step.set_given(name);
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

/// What follows a fact has the value that the scenario's own configuration makes of it.
void put_followers(Scenario& scenario, Places const& places, TextErrors& errors) {
  auto const values = values_of(scenario.proxy());
  for (auto const& each : places.followers()) {
    if (auto const why = put(scenario, each.stated, values); !why.empty()) {
      errors.add(each.mark, "'" + each.stated.value() + "' " + why);
    } else {
      *scenario.add_stated() = each.stated;
    }
  }
}

/// A step's place with so many more before it.
void move_step(scenario::v1::StatedValue& stated, std::size_t by) {
  constexpr std::string_view kSteps = "steps/";
  auto const& at = stated.at();
  if (at.starts_with(kSteps)) {
    auto const end = at.find('/', kSteps.size());
    auto const index = std::stoul(at.substr(kSteps.size(), end - kSteps.size()));
    stated.set_at(std::string(kSteps) + std::to_string(index + by) + at.substr(end));
  }
}

void put_first(Scenario& scenario, std::vector<Step> steps) {
  for (auto& stated : *scenario.mutable_stated()) {
    move_step(stated, steps.size());
  }
  google::protobuf::RepeatedPtrField<Step> all(steps.begin(), steps.end());
  all.MergeFrom(scenario.steps());
  scenario.mutable_steps()->Swap(&all);
}

/// An await says in one place what it cites: the step and its expectation agree.
template <class Steps>
void spread_by(Steps& steps) {
  for (Step& step : steps) {
    if (step.has_await() && step.await().by_size() == 0) {
      *step.mutable_await()->mutable_by() = step.by();
    }
    if (step.has_parallel()) {
      for (auto& branch : *step.mutable_parallel()->mutable_branches()) {
        spread_by(*branch.mutable_steps());
      }
    }
  }
}

Scenario build_case(Variant const& variant, Library const& library, TextErrors& errors) {
  Places places;
  Scenario scenario;
  fill(scenario, desugar_scenario(variant.scenario, errors), places, errors);
  put_followers(scenario, places, errors);
  spread_by(*scenario.mutable_steps());
  scenario.set_file(errors.file());
  scenario.set_category(scenario.id().substr(0, scenario.id().find('/')));
  lint(scenario, places,
       {library.requirements, library.set_ups, library.retired, library.wrong_fact}, errors);
  if (scenario.id().find('@') != std::string::npos) {
    errors.add(places.of(scenario, "id"), "'@' in an id is for the values of a matrix");
  }
  scenario.set_id(scenario.id() + variant.suffix);
  for (auto const& [dimension, word] : variant.values) {
    (*scenario.mutable_variant())[dimension] = word;
  }
  if (before(scenario.since(), variant.since)) {
    scenario.set_since(variant.since);
  }
  put_first(scenario, set_up_steps(scenario, library.set_ups));
  return scenario;
}

}  // namespace

std::vector<Scenario> build_cases(YamlNode const& root,
                                  Library const& library,
                                  TextErrors& errors) {
  std::vector<Scenario> cases;
  if (!root.is_mapping()) {
    errors.add(root.mark, "a scenario file is a mapping that begins with `id:`, this is " +
                              std::string(describe(root)));
    return cases;
  }
  std::set<std::string> ids;
  for (auto const& variant : expand_matrix(root, errors)) {
    cases.push_back(build_case(variant, library, errors));
    if (!ids.insert(cases.back().id()).second) {
      errors.add(root.find("matrix")->mark, "two cases have the id '" + cases.back().id() + "'");
    }
  }
  return cases;
}

}  // namespace rpchspec::loader
