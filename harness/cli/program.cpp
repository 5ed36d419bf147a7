#include "harness/cli/program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/in_words.hpp"
#include "harness/cli/inert.hpp"
#include "model/suggestion.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

constexpr std::string_view kVersion = "rpchspec " RPCHSPEC_VERSION;

std::string hint(CLI::App const* app) {
  auto const name = app->get_parent() == nullptr ? "rpchspec" : "rpchspec " + app->get_name();
  return "; see " + name + " --help";
}

/// The command whose options were being read.
CLI::App const* innermost(CLI::App const& root) {
  auto const chosen = root.get_subcommands();
  return chosen.empty() ? &root : chosen.front();
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (auto const& command : commands()) {
    names.emplace_back(command.name);
  }
  return names;
}

int usage_error(std::string const& text) {
  fmt::print(stderr, "rpchspec: {}\n", text);
  return reports::kExitUsage;
}

int on_parse_error(CLI::App const& root, CLI::ParseError const& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    return root.exit(error);  // --help, --version
  }
  auto const* app = innermost(root);
  return usage_error(in_words(*app, error) + hint(app));
}

}  // namespace

std::vector<Command> const& commands() {
  static std::vector<Command> const kAll = {
      {"run", "put a proxy under test", set_up_run},
      {"list", "the scenarios, or how they cover the requirements", set_up_list},
      {"lint", "check scenario files", set_up_lint},
      {"new", "a scenario file to begin with", set_up_new},
      {"explain", "a scenario, requirement, finding, defect or variant in words", set_up_explain},
      {"facts", "what may be stated of a proxy, and what it unlocks", set_up_facts},
      {"show", "one case of a run", set_up_show},
      {"up", "backends and reference proxy, as a fixture", set_up_up},
      {"down", "ends what `up --detach` started", set_up_down},
      {"backend", "the backends alone", set_up_backend},
      {"proxy", "the reference proxy alone", set_up_proxy},
      {"defects", "what the reference proxy can do wrong on purpose", set_up_defects},
      {"variants", "what the reference proxy can do otherwise, within the law", set_up_variants},
      {"diagnose", "a live endpoint step by step, and why a step breaks", set_up_diagnose},
      {"matrix", "the suite over many targets, as one table", set_up_matrix},
      {"explore", "random histories against a proxy; what fails is made small", set_up_explore},
      {"serve", "an agent: runs and fixtures for others, by gRPC", set_up_serve},
      {"remote", "runs on an agent, from here", set_up_remote},
      {"report", "results in words; merges shards, compares runs", set_up_report},
      {"completion", "completion of these words in a shell", set_up_completion},
      {"man", "manual pages", set_up_man},
  };
  return kAll;
}

int run_program(std::vector<std::string> arguments) {
  CLI::App root("Conformance tests for RPC over HTTP proxies (MS-RPCH).", "rpchspec");
  root.set_version_flag("--version", std::string(kVersion));
  root.require_subcommand(0, 1);
  root.get_formatter()->column_width(34);
  int exit_code = 0;
  for (auto const& command : commands()) {
    auto* app = root.add_subcommand(std::string(command.name), std::string(command.summary));
    app->set_version_flag("--version", std::string(kVersion));
    command.set_up(*app, exit_code);
  }
  auto const names = command_names();
  if (arguments.empty()) {
    return usage_error("a command is missing; one of " + model::join(names) + hint(&root));
  }
  auto const& first = arguments.front();
  if (!first.starts_with('-') && std::find(names.begin(), names.end(), first) == names.end()) {
    return usage_error("unknown command '" + first + "'" + model::suggestion(first, names));
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    root.parse(std::move(arguments));
  } catch (CLI::ParseError const& error) {
    return on_parse_error(root, error);
  } catch (UsageError const& error) {
    usage_error(error.text);
    return error.exit_code;
  } catch (StartError const& error) {
    fmt::print(stderr, "rpchspec: {}\n", inert(error.text));
    return reports::kExitUnjudged;
  }
  return exit_code;
}

}  // namespace rpchspec::cli
