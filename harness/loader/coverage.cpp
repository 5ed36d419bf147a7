#include "harness/loader/coverage.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/loader/level_bound.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

std::string told(CoverageRow const& row) {
  auto checked = row.scenarios;
  for (auto const& monitor : row.monitors) {
    checked.push_back("monitor:" + monitor);
  }
  if (!checked.empty()) {
    return model::join(checked) + (row.open_for_fronts() ? "; no scenario behind a front" : "");
  }
  return row.why_not.empty() ? "- no scenario" : "- " + row.why_not;
}

/// Whether a front may be the target: another topology, or a proxy that it is not, rules that out.
bool can_run_behind_a_front(scenario::v1::Scenario const& scenario) {
  auto const& needs = scenario.needs();
  return !scenario.proxy().refuses_to_load() &&
         std::none_of(needs.begin(), needs.end(), [](std::string const& need) {
           return (need.starts_with("topology:") && need != "topology:http-front") ||
                  need == "not:topology:http-front" || need == "two-proxies" ||
                  need.starts_with("refused:");
         });
}

void count(Coverage& coverage) {
  coverage.checked = coverage.with_reason = coverage.open = 0;
  for (auto const& row : coverage.rows) {
    bool const checked = !row.scenarios.empty() || !row.monitors.empty();
    bool const open = !row.explained() || row.open_for_fronts();
    ++(open ? coverage.open : checked ? coverage.checked : coverage.with_reason);
  }
}

}  // namespace

Coverage coverage(Suite const& suite,
                  model::RequirementRegistry const& registry,
                  std::map<std::string, std::vector<std::string>> const& monitors) {
  std::map<std::string, std::vector<std::string>> cases;
  std::map<std::string, std::vector<std::string>> behind_fronts;
  for (auto const& scenario : suite.scenarios) {
    auto const behind = can_run_behind_a_front(scenario);
    for (auto const& id : cited(scenario)) {
      cases[id].push_back(scenario.id());
      if (behind) {
        behind_fronts[id].push_back(scenario.id());
      }
    }
  }
  Coverage out;
  for (auto const& requirement : registry.all()) {
    auto const watched = monitors.find(requirement.id);
    CoverageRow row{requirement.id,
                    cases[requirement.id],
                    watched == monitors.end() ? std::vector<std::string>{} : watched->second,
                    requirement.why_not,
                    requirement.role,
                    requirement.level,
                    requirement.front,
                    behind_fronts[requirement.id]};
    out.rows.push_back(std::move(row));
  }
  out.cases = suite.scenarios.size();
  count(out);
  return out;
}

Coverage narrowed(Coverage coverage,
                  Selection const& selection,
                  std::set<std::string> const& cases) {
  auto const& prefixes = selection.requirements;
  bool const some = cases.size() < coverage.cases;
  for (auto& row : coverage.rows) {
    std::erase_if(row.scenarios,
                  [&](std::string const& id) { return some && !cases.contains(id); });
  }
  std::erase_if(coverage.rows, [&](CoverageRow const& row) {
    bool const named =
        prefixes.empty() || std::any_of(prefixes.begin(), prefixes.end(), [&](auto const& prefix) {
          return row.requirement.starts_with(prefix);
        });
    bool const high = !selection.level || at_least(row.level, *selection.level);
    return !named || !high || (some && row.scenarios.empty());
  });
  count(coverage);
  return coverage;
}

std::string to_text(Coverage const& coverage) {
  std::string text;
  for (auto const& row : coverage.rows) {
    text += fmt::format("{:<26} {}\n", row.requirement, told(row));
  }
  return text + fmt::format("{} requirements: {} checked, {} with a reason why not, {} open\n",
                            coverage.rows.size(), coverage.checked, coverage.with_reason,
                            coverage.open);
}

}  // namespace rpchspec::loader
