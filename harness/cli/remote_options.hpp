// What `remote` was told.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/agent/service/client.hpp"
#include "harness/cli/run_options.hpp"

namespace rpchspec::cli {

struct RemoteOptions {
  std::string action;
  std::vector<std::string> words;
  std::string agent;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_name;
  std::string token_file;
  std::string session;
  std::string run_id;
  std::string reconnect = "2m";
  std::string what = "all";
  std::string case_id;
  TableOptions table;
};

void declare(CLI::App& app, RemoteOptions& options);

// What follows from them. @throws UsageError: the option, and what is wrong with it.
[[nodiscard]] service::CallerOptions caller_of(RemoteOptions const& options);
[[nodiscard]] std::chrono::seconds patience_of(RemoteOptions const& options);
[[nodiscard]] targets::Settings settings_of(RemoteOptions const& options);
[[nodiscard]] service::api::RunRequest remote_request(RemoteOptions const& options,
                                                      std::string const& run_id);

}  // namespace rpchspec::cli
