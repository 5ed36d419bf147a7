// `backend --driven`: the servers of runs whose client is on another machine.

#pragma once

#include <string>

#include "harness/cli/service.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

struct DrivenOptions {
  std::string listen;  // ADDR:PORT; empty: not driven
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
  std::string own_address;  // empty: where a link arrived
};

void add_driven_options(CLI::App& app, DrivenOptions& options);

/// Plays for whoever has the token, until it is told to leave. @return the exit code.
/// @throws UsageError, StartError
[[nodiscard]] int play_for_others(DrivenOptions const& options, ServiceOptions const& service);

}  // namespace rpchspec::cli
