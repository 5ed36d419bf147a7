#include "harness/targets/needed_fact.hpp"

#include <algorithm>
#include <vector>

#include "model/scalars.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::targets {
namespace {

/// What a scenario needs of a fact.
struct NeededFact {
  std::string name;
  std::vector<std::string_view>
      ends;  // none: any value; one: this; two: from the first to the last
};

NeededFact needed_fact(std::string_view text) {
  auto const equals = text.find('=');
  NeededFact needed{std::string(text.substr(0, equals)), {}};
  if (equals == text.npos) {
    return needed;
  }
  auto const value = text.substr(equals + 1);
  auto const dots = value.find("..");
  needed.ends.push_back(value.substr(0, dots));
  if (dots != value.npos) {
    needed.ends.push_back(value.substr(dots + 2));
  }
  return needed;
}

}  // namespace

std::string wrong_fact(std::string_view fact) {
  auto const needed = needed_fact(fact);
  auto const names = fact_names();
  if (std::find(names.begin(), names.end(), needed.name) == names.end()) {
    return "unknown fact '" + needed.name + "'" +
           model::suggestion(underscored(needed.name), names);
  }
  for (auto const end : needed.ends) {
    Facts stated;
    if (auto const set = set_fact(stated, needed.name, std::string(end)); !set) {
      return "fact " + set.error().detail;
    }
    if (needed.ends.size() == 2 && !model::parse_duration(end)) {
      return "fact '" + needed.name + "' takes no range: that is for durations, as 20s..60s";
    }
  }
  return {};
}

bool states(Facts const& facts, std::string_view fact) {
  auto const needed = needed_fact(fact);
  auto const stated = facts.given.find(needed.name);
  if (stated == facts.given.end()) {
    return false;
  }
  auto const& value = stated->second;
  if (needed.ends.size() < 2) {
    return needed.ends.empty() ? value != "false" : value == needed.ends.front();
  }
  auto const low = model::parse_duration(needed.ends.front());
  auto const high = model::parse_duration(needed.ends.back());
  auto const is = model::parse_duration(value);
  return low && high && is && *low <= *is && *is <= *high;
}

}  // namespace rpchspec::targets
