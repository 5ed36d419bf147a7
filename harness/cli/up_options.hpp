// The control API of `up`, `backend` and `proxy`, and the options that `up` alone has.

#pragma once

#include <string>

#include "harness/agent/fixture.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

struct ControlOptions {
  std::string control;
  std::string control_tls;
  std::string control_token_file;
};

struct UpOptions {
  ControlOptions control;
  bool judge = false;
  std::string out;
  std::string script;
};

void add_control_options(CLI::App& app, ControlOptions& options);

/// Fills control and version. @throws UsageError
void set_control(ControlOptions const& options, agent::FixtureOptions& fixture);

void add_up_options(CLI::App& app, UpOptions& options);

/// Fills all of these, and the version, of a fixture whose halves are configured.
/// @throws UsageError, StartError
void set_up_options(UpOptions const& options, agent::FixtureOptions& fixture);

}  // namespace rpchspec::cli
