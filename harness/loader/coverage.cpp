#include "harness/loader/coverage.hpp"

#include <fmt/format.h>

#include "harness/loader/selector.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

std::string told(CoverageRow const& row) {
  auto checked = row.scenarios;
  for (auto const& monitor : row.monitors) {
    checked.push_back("monitor:" + monitor);
  }
  if (!checked.empty()) {
    return model::join(checked);
  }
  return row.why_not.empty() ? "- no scenario" : "- " + row.why_not;
}

}  // namespace

Coverage coverage(Suite const& suite,
                  model::RequirementRegistry const& registry,
                  std::map<std::string, std::vector<std::string>> const& monitors) {
  std::map<std::string, std::vector<std::string>> cases;
  for (auto const& scenario : suite.scenarios) {
    for (auto const& id : cited(scenario)) {
      cases[id].push_back(scenario.id());
    }
  }
  Coverage out;
  for (auto const& requirement : registry.all()) {
    auto const watched = monitors.find(requirement.id);
    CoverageRow row{requirement.id, cases[requirement.id],
                    watched == monitors.end() ? std::vector<std::string>{} : watched->second,
                    requirement.why_not};
    bool const checked = !row.scenarios.empty() || !row.monitors.empty();
    ++(checked ? out.checked : row.explained() ? out.with_reason : out.open);
    out.rows.push_back(std::move(row));
  }
  return out;
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
