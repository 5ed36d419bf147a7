#include "harness/cli/remote_options.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "harness/agent/supervisor/run_words.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/secret.hpp"
#include "harness/targets/url.hpp"
#include "net/address.hpp"

namespace rpchspec::cli {

namespace {

/// Of RunOptions, as those that are for the agent; `out`, `progress` and the like are for us.
std::set<std::string_view> const kHere{"out", "progress", "quiet", "verbose", "target"};

std::string text_of(std::string const& option, std::string const& file) {
  if (file.empty()) {
    return {};
  }
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) {
    throw UsageError{option + ": cannot read '" + file + "'"};
  }
  return text.str();
}

void add_tls(CLI::App& app, RemoteOptions& options) {
  app.add_option("--tls-ca", options.tls_ca, "TLS: the CA of the agent's certificate, PEM")
      ->type_name("F");
  app.add_option("--tls-cert", options.tls_cert, "our certificate, where the agent asks for one")
      ->type_name("F");
  app.add_option("--tls-key", options.tls_key, "its key")->type_name("F");
  app.add_option("--tls-name", options.tls_name,
                 "whom the agent's certificate names, where that is not its address")
      ->type_name("NAME");
  app.add_option("--token-file", options.token_file, "its first line is the agent's token")
      ->type_name("F");
}

/// The options of a run that an agent takes, and those that are for what it says.
std::set<std::string_view> table_names() {
  auto names = kHere;
  auto const& descriptor = *service::api::RunOptions::descriptor();
  for (auto const& option : targets::run_options()) {
    auto field = std::string(option.name);
    std::replace(field.begin(), field.end(), '-', '_');
    if (descriptor.FindFieldByName(field) != nullptr) {
      names.insert(option.name);
    }
  }
  return names;
}

}  // namespace

void declare(CLI::App& app, RemoteOptions& options) {
  app.add_option("action", options.action,
                 "run SELECTOR...; attach, cancel or fetch RUN; list; validate SELECTOR...; hello; "
                 "close")
      ->required()
      ->check(CLI::IsMember(
          {"run", "attach", "cancel", "list", "fetch", "validate", "hello", "close"}));
  app.add_option("word", options.words,
                 "run, validate: id, prefix, glob, category, or a YAML file here; others: a run")
      ->type_name("WORD");
  app.add_option("--agent", options.agent, "where it listens")->required()->type_name("ADDR:PORT");
  add_tls(app, options);
  app.add_option("--session", options.session,
                 "file that keeps the lease between commands; without it a run's session ends "
                 "with it")
      ->type_name("F");
  app.add_option("--run-id", options.run_id, "name of the run at the agent (default: made up)")
      ->type_name("ID");
  app.add_option("--reconnect", options.reconnect,
                 "how long a broken connection is tried again (default 2m)")
      ->type_name("D");
  app.add_option("--what", options.what, "fetch: which files (default all)")
      ->check(CLI::IsMember({"all", "results", "junit", "summary", "report", "capture", "case",
                             "journal", "events"}));
  app.add_option("--case", options.case_id, "fetch: of --what case or journal")->type_name("ID");
  options.table.add(app, {}, table_names());
}

service::CallerOptions caller_of(RemoteOptions const& options) {
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    throw UsageError{"--tls-cert and --tls-key go together"};
  }
  if (options.tls_ca.empty() && !(options.tls_cert.empty() && options.tls_name.empty())) {
    throw UsageError{"--tls-cert and --tls-name go with --tls-ca, the CA of the agent"};
  }
  service::CallerOptions caller;
  caller.address = options.agent;
  caller.ca = text_of("--tls-ca", options.tls_ca);
  caller.certificate = text_of("--tls-cert", options.tls_cert);
  caller.key = text_of("--tls-key", options.tls_key);
  caller.name = options.tls_name;
  if (!options.token_file.empty()) {
    caller.token = value_of("--token-file", targets::read_secret(options.token_file));
  }
  auto const at = targets::parse_address(options.agent, targets::PortZero::refused);
  if (!caller.token.empty() && caller.ca.empty() && at && !net::is_loopback(at->host)) {
    throw UsageError{
        "--token-file: not in clear over a network; --tls-ca says whose certificate the agent has"};
  }
  return caller;
}

std::chrono::seconds patience_of(RemoteOptions const& options) {
  return std::chrono::ceil<std::chrono::seconds>(
      value_of("--reconnect", targets::parse_positive_duration(options.reconnect)));
}

targets::Settings settings_of(RemoteOptions const& options) {
  targets::Settings settings;
  options.table.apply(settings);
  return settings;
}

service::api::RunRequest remote_request(RemoteOptions const& options, std::string const& run_id) {
  service::api::RunRequest request;
  request.set_run_id(run_id);
  for (auto const& word : options.words) {
    if (!loader::names_a_file(word)) {
      request.add_selectors(word);
      continue;
    }
    auto& scenario = *request.add_scenarios();
    scenario.set_name(std::filesystem::path(word).filename().replace_extension(".yaml").string());
    scenario.set_yaml(text_of("SELECTOR", word));
  }
  for (auto const& [option, value] : options.table.given()) {
    if (option->name == "target") {
      request.set_target(value);
    } else if (!kHere.contains(option->name)) {
      auto const wrong =
          supervisor::set_option(*request.mutable_options(), std::string(option->name), value);
      if (!wrong.empty()) {
        throw UsageError{"--" + std::string(option->name) + ": " + wrong};
      }
    }
  }
  return request;
}

}  // namespace rpchspec::cli
