// The options that `up` alone has: control, judge, script.

#pragma once

#include <string>

#include "harness/agent/fixture.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

struct UpOptions {
  std::string control;
  std::string control_tls;
  std::string control_token_file;
  bool judge = false;
  std::string out;
  std::string script;
};

void add_up_options(CLI::App& app, UpOptions& options);

/// Fills control, judge, script and version of a fixture whose halves are configured.
/// @throws UsageError, StartError
void set_up_options(UpOptions const& options, agent::FixtureOptions& fixture);

}  // namespace rpchspec::cli
