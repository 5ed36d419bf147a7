#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/loader/coverage.hpp"
#include "harness/loader/pretty_json.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;
using scenario::v1::Scenario;

struct ListOptions {
  std::vector<std::string> selectors;
  TableOptions table;
  bool as_json = false;
  bool coverage = false;
};

double seconds_of(Scenario const& scenario) {
  return std::chrono::duration<double>(loader::expected_duration(scenario)).count();
}

json::object to_json(Scenario const& scenario) {
  auto const cited = loader::cited(scenario);
  return {{"id", scenario.id()},
          {"title", scenario.title()},
          {"category", scenario.category()},
          {"since", scenario.since()},
          {"status", scenario.status() == Scenario::TRIAL ? "trial" : "stable"},
          {"expected_s", seconds_of(scenario)},
          {"soak", loader::is_soak(scenario)},
          {"needs", json::array(scenario.needs().begin(), scenario.needs().end())},
          {"requirements", json::array(cited.begin(), cited.end())},
          {"file", scenario.file()}};
}

std::map<std::string, std::vector<std::string>> monitored() {
  std::map<std::string, std::vector<std::string>> out;
  for (auto const& monitor : reports::make_monitors()) {
    for (auto const requirement : monitor->requirements()) {
      out[std::string(requirement)].emplace_back(monitor->name());
    }
  }
  return out;
}

/// The cases that the other options select, whatever they cite.
std::set<std::string> cases_of(loader::Suite const& suite,
                               loader::Selection selection,
                               loader::Library const& library) {
  selection.requirements.clear();
  selection.level.reset();
  std::set<std::string> ids;
  for (auto const* scenario : selected_of(suite, selection, library)) {
    ids.insert(scenario->id());
  }
  return ids;
}

void check_prefixes(std::vector<std::string> const& prefixes,
                    model::RequirementRegistry const& registry) {
  for (auto const& prefix : prefixes) {
    auto const& all = registry.all();
    if (std::none_of(all.begin(), all.end(),
                     [&](auto const& each) { return each.id.starts_with(prefix); })) {
      throw UsageError{"--requirement: no requirement begins with '" + prefix +
                           "'; see rpchspec list --coverage",
                       reports::kExitNothing};
    }
  }
}

void print_coverage(loader::Suite const& suite,
                    loader::Library const& library,
                    loader::Selection const& selection,
                    bool as_json) {
  check_prefixes(selection.requirements, library.requirements);
  auto const coverage = loader::narrowed(loader::coverage(suite, library.requirements, monitored()),
                                         selection, cases_of(suite, selection, library));
  if (!as_json) {
    fmt::print("{}", loader::to_text(coverage));
    return;
  }
  json::array rows;
  for (auto const& row : coverage.rows) {
    rows.push_back(
        {{"requirement", row.requirement},
         {"role", row.role},
         {"level", std::string(model::to_string(row.level))},
         {"front", std::string(model::to_string(row.front))},
         {"open", !row.explained() || row.open_for_fronts()},
         {"scenarios", json::array(row.scenarios.begin(), row.scenarios.end())},
         {"behind_fronts", json::array(row.behind_fronts.begin(), row.behind_fronts.end())},
         {"monitors", json::array(row.monitors.begin(), row.monitors.end())},
         {"why_not", row.why_not}});
  }
  fmt::print("{}", loader::pretty(json::object{{"checked", coverage.checked},
                                               {"with_reason", coverage.with_reason},
                                               {"open", coverage.open},
                                               {"requirements", rows}}));
}

int list(ListOptions const& options) {
  targets::Settings settings;
  settings.target.topology = targets::Topology::embedded;
  options.table.apply(settings);
  settings.select = options.selectors;
  settings.soak = true;  // what there is, not what a run would take
  auto const library = open_library();
  auto const suite = open_suite(library, options.selectors);
  if (options.coverage) {
    print_coverage(suite, library, selection_of(settings), options.as_json);
    return 0;
  }
  auto const selected = selected_of(suite, selection_of(settings), library);
  if (options.as_json) {
    json::array cases;
    for (auto const* scenario : selected) {
      cases.push_back(to_json(*scenario));
    }
    fmt::print("{}", loader::pretty(json::object{{"cases", cases}}));
    return 0;
  }
  for (auto const* scenario : selected) {
    fmt::print("{:<56} {}\n", scenario->id(), scenario->title());
  }
  return 0;
}

}  // namespace

void set_up_list(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("selector", options->selectors, "id, id prefix, glob, category or YAML file")
      ->type_name("SELECTOR");
  app.add_flag("--json", options->as_json, "for programs");
  app.add_flag("--coverage", options->coverage,
               "every requirement (or those selected), and what checks it");
  options->table.add(app, {targets::OptionGroup::which});
  app.callback([options, &exit_code] { exit_code = list(*options); });
}

}  // namespace rpchspec::cli
