#include "harness/loader/given.hpp"

#include <algorithm>

#include "harness/loader/sugar.hpp"
#include "harness/loader/to_proto.hpp"
#include "model/scenario.pb.h"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using model::TextErrors;
using model::YamlEntry;
using model::YamlNode;

void check_steps(YamlNode const& steps, TextErrors& errors) {
  if (!steps.is_sequence() || steps.items.empty()) {
    errors.add(steps.mark, "a set-up wants a list of steps");
  }
  for (auto const& step : steps.items) {
    Places places;
    scenario::v1::Step message;
    fill(message, desugar_step(step, errors), places, errors);
  }
}

SetUp read_set_up(YamlEntry const& entry, TextErrors& errors) {
  SetUp set_up;
  for (auto const& each : entry.value.entries) {
    if (each.key == "means") {
      set_up.means = each.value.text;
    } else if (each.key == "after") {
      set_up.after = each.value.text;
    } else if (each.key == "steps") {
      set_up.steps = each.value;
    } else {
      errors.add(each.mark, "unknown key '" + each.key + "' in a set-up" +
                                model::suggestion(each.key, {"means", "after", "steps"}));
    }
  }
  if (set_up.means.empty()) {
    errors.add(entry.mark, "set-up '" + entry.key + "' does not say what it means");
  }
  check_steps(set_up.steps, errors);
  return set_up;
}

void add(std::string const& name, SetUps const& set_ups, std::vector<std::string>& order) {
  auto const found = set_ups.find(name);
  bool const there = std::find(order.begin(), order.end(), name) != order.end();
  if (found == set_ups.end() || there) {
    return;
  }
  if (!found->second.after.empty()) {
    add(found->second.after, set_ups, order);
  }
  order.push_back(name);
}

}  // namespace

SetUps read_set_ups(YamlNode const& root, TextErrors& errors) {
  SetUps set_ups;
  if (!root.is_mapping()) {
    errors.add(root.mark, "the file wants a mapping of set-ups");
  }
  for (auto const& entry : root.entries) {
    auto set_up = read_set_up(entry, errors);
    // Only one that stands above can be built on, so that no circle can be written.
    if (!set_up.after.empty() && !set_ups.contains(set_up.after)) {
      errors.add(entry.value.find("after")->mark,
                 "set-up '" + set_up.after + "' does not stand above this one");
      set_up.after.clear();
    }
    set_ups.emplace(entry.key, std::move(set_up));
  }
  return set_ups;
}

std::vector<std::string> in_order(std::vector<std::string> const& given, SetUps const& set_ups) {
  std::vector<std::string> order;
  for (auto const& name : given) {
    add(name, set_ups, order);
  }
  return order;
}

}  // namespace rpchspec::loader
