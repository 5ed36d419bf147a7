// What each command of the program offers to main.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/exit_code.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

/// One command. `set_up` declares its options; its callback runs it and leaves the exit code.
struct Command {
  std::string_view name;
  std::string_view summary;
  void (*set_up)(CLI::App& app, int& exit_code);
};

void set_up_run(CLI::App& app, int& exit_code);
void set_up_list(CLI::App& app, int& exit_code);
void set_up_lint(CLI::App& app, int& exit_code);
void set_up_new(CLI::App& app, int& exit_code);
void set_up_explain(CLI::App& app, int& exit_code);
void set_up_facts(CLI::App& app, int& exit_code);
void set_up_show(CLI::App& app, int& exit_code);
void set_up_up(CLI::App& app, int& exit_code);
void set_up_down(CLI::App& app, int& exit_code);
void set_up_backend(CLI::App& app, int& exit_code);
void set_up_proxy(CLI::App& app, int& exit_code);
void set_up_defects(CLI::App& app, int& exit_code);
void set_up_variants(CLI::App& app, int& exit_code);
void set_up_explore(CLI::App& app, int& exit_code);
void set_up_report(CLI::App& app, int& exit_code);
void set_up_matrix(CLI::App& app, int& exit_code);
void set_up_diagnose(CLI::App& app, int& exit_code);
void set_up_serve(CLI::App& app, int& exit_code);
void set_up_remote(CLI::App& app, int& exit_code);
void set_up_completion(CLI::App& app, int& exit_code);
void set_up_man(CLI::App& app, int& exit_code);

[[nodiscard]] std::vector<Command> const& commands();

/// What was asked for cannot be done as it was asked: exit 2, or 4 where it means no scenario, with
/// the text on standard error.
struct UsageError {
  std::string text;
  int exit_code = reports::kExitUsage;
};

/// It could not be started: exit 3.
struct StartError {
  std::string text;
};

}  // namespace rpchspec::cli
