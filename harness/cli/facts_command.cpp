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
      if (!kind.allowed.empty()) {
        fmt::print("{:<20} allowed: {}\n", "", kind.allowed);
      }
      if (!kind.probed.empty()) {
        fmt::print("{:<20} probed: {}\n", "", kind.probed);
      }
      continue;
    }
    list.push_back({{"name", kind.name},
                    {"type", kind.type},
                    {"example", kind.example},
                    {"not_given", kind.unstated},
                    {"unlocks", kind.unlocks}});
    if (!kind.allowed.empty()) {
      list.back().as_object()["allowed"] = kind.allowed;
    }
    if (!kind.probed.empty()) {
      list.back().as_object()["probed"] = kind.probed;
    }
  }
  if (as_json) {
    fmt::print("{}", loader::pretty(json::object{{"facts", list}}));
  } else {
    fmt::print(
        "\nState one with --set FACT=VALUE, or under facts: of a target in rpchspec.yaml. What is "
        "probed is\nread off the first cases of a run, where it is not stated.\n");
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
