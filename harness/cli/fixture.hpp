// The options of `up`, `backend` and `proxy`, as configurations of their two halves.

#pragma once

#include <string>
#include <vector>

#include "harness/agent/fixture.hpp"
#include "mock_backend/config.hpp"
#include "reference_proxy/config.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

struct BackendOptions {
  std::string config;
  std::string bind = "127.0.0.1";
  std::string ports;
  std::string time_scale;
};

struct ProxyOptions {
  std::string config;
  std::vector<std::string> listen;
  std::string tls;
  std::string client_ca;
  std::string auth = "none";
  std::string extended_protection;
  std::vector<std::string> users;
  std::vector<std::string> map;
  std::string valid_ports;
  std::string connection_timeout;
  std::string defect;
  std::string variant;
  bool allow_anonymous = false;
  bool mapped_only = false;
};

void add_backend_options(CLI::App& app, BackendOptions& options, std::string const& config_flag);
void add_proxy_options(CLI::App& app, ProxyOptions& options, std::string const& config_flag);

/// @throws UsageError
[[nodiscard]] backend::BackendConfig backend_config(BackendOptions const& options,
                                                    std::string const& default_ports);

/// All but --map. @throws UsageError
[[nodiscard]] proxy::ProxyConfig proxy_config(ProxyOptions const& options);

/// "exch01:6001=store". @throws UsageError
[[nodiscard]] agent::ServiceMapping parse_mapping(std::string const& text);

/// "expired", "wrong-name", "untrusted": what is wrong with the certificate that --tls asks for.
/// Empty: nothing.
[[nodiscard]] std::string wrong_certificate(ProxyOptions const& options);

}  // namespace rpchspec::cli
