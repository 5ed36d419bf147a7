#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/loader/pretty_json.hpp"
#include "harness/targets/facts.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;

int facts(bool as_json) {
  json::array list;
  for (auto const& kind : targets::fact_kinds()) {
    if (!as_json) {
      fmt::print("{:<20} {} (as in {}={})\n{:<20} unlocks: {}\n{:<20} not given: {}\n", kind.name,
                 kind.type, kind.name, kind.example, "", kind.unlocks, "", kind.unstated);
      continue;
    }
    list.push_back({{"name", kind.name},
                    {"type", kind.type},
                    {"example", kind.example},
                    {"not_given", kind.unstated},
                    {"unlocks", kind.unlocks}});
  }
  if (as_json) {
    fmt::print("{}", loader::pretty(json::object{{"facts", list}}));
  } else {
    fmt::print(
        "\nState one with --set FACT=VALUE, or under facts: of a target in rpchspec.yaml.\n");
  }
  return 0;
}

}  // namespace

void set_up_facts(CLI::App& app, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  app.add_flag("--json", *as_json, "for programs");
  app.callback([as_json, &exit_code] { exit_code = facts(*as_json); });
}

}  // namespace rpchspec::cli
