#include "harness/explore/failures.hpp"

#include <algorithm>
#include <cassert>

namespace rpchspec::explore {

Choice choose(std::vector<Failure> failures) {
  assert(!failures.empty());
  std::stable_sort(failures.begin(), failures.end(),
                   [](Failure const& a, Failure const& b) { return a.weight < b.weight; });
  Choice choice{failures.front(), {}};
  auto told = choice.lightest.broken;
  for (auto const& failure : failures) {
    for (auto const& id : failure.broken) {
      if (told.insert(id).second) {
        choice.elsewhere.push_back({id, failure.id});
      }
    }
  }
  return choice;
}

std::set<std::string> broken_by(model::CaseResult const& result) {
  std::set<std::string> ids;
  for (auto const& observation : result.observations) {
    if (observation.outcome == model::Outcome::never && observation.level == model::Level::must) {
      ids.insert(observation.requirement);
    }
  }
  return ids;
}

}  // namespace rpchspec::explore
