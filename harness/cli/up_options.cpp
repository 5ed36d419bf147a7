#include "harness/cli/up_options.hpp"

#include <algorithm>

#include "harness/agent/script_message.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/loader/suite_version.hpp"
#include "harness/loader/to_proto.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/url.hpp"
#include "model/strict_yaml.hpp"
#include "net/address.hpp"

namespace rpchspec::cli {

namespace {

constexpr char const* kDefaultOut = "rpchspec-out";

net::TlsContext control_tls(std::string const& choice, std::string const& address) {
  if (choice.empty()) {
    return {};
  }
  auto const comma = choice.find(',');
  if (choice != "auto" && (comma == 0 || comma == std::string::npos)) {
    throw UsageError{"--control-tls: '" + choice + "': expected auto, or CERT,KEY (two PEM files)"};
  }
  net::TlsServerOptions options;
  options.certificate = value_of(
      "--control-tls",
      choice == "auto" ? net::self_signed({"localhost", address})
                       : net::load_certificate(choice.substr(0, comma), choice.substr(comma + 1)));
  return value_of("--control-tls", net::TlsContext::server(options));
}

agent::ControlListen control_of(ControlOptions const& options) {
  auto const address =
      value_of("--control", targets::parse_address(options.control, targets::PortZero::allowed));
  if (!net::is_ip_address(address.host)) {
    throw UsageError{"--control: '" + address.host + "' is no IP address"};
  }
  agent::ControlListen listen;
  listen.address = address.host;
  listen.port = address.port;
  listen.tls = control_tls(options.control_tls, address.host);
  if (!options.control_token_file.empty()) {
    listen.token = value_of("--control-token-file", agent::Token::load(options.control_token_file));
  }
  if (auto const checked = agent::check(listen); !checked) {
    throw UsageError{"--control: " + checked.error().detail};
  }
  return listen;
}

std::vector<backend::ScriptedInterface> load_script(std::string const& file) {
  auto const root = model::load_strict_yaml(file);
  if (!root) {
    throw UsageError{to_string(root.error())};
  }
  agent::api::Script script;
  loader::Places places;
  model::TextErrors errors(file);
  if (!root->is_null()) {
    loader::fill(script, *root, places, errors);
  }
  if (!errors.empty()) {
    std::string text;
    for (auto const& error : errors.sorted()) {
      text += (text.empty() ? "" : "\n") + to_string(error);
    }
    throw UsageError{text};
  }
  auto interfaces = agent::to_interfaces(script);
  if (!interfaces) {
    throw UsageError{file + ": " + interfaces.error().error.error()};
  }
  return *std::move(interfaces);
}

void set_script(UpOptions const& options, agent::FixtureOptions& fixture) {
  auto const is_mapped = std::ranges::any_of(fixture.mappings, [](auto const& mapping) {
    return mapping.service == backend::Listening::script;
  });
  if (!is_mapped) {
    if (!options.script.empty()) {
      throw UsageError{"--script goes with --map HOST:PORT=script"};
    }
    return;
  }
  auto& backend = *fixture.backend;
  backend.script = std::make_shared<backend::Script>();
  backend.ports.try_emplace(backend::Listening::script, std::uint16_t{0});
  if (!options.script.empty()) {
    backend.script->serve(load_script(options.script));
  }
}

}  // namespace

void add_control_options(CLI::App& app, ControlOptions& options) {
  app.add_option("--control", options.control,
                 "HTTP and JSON to control it while it runs; loopback, unless TLS and a token; "
                 "port 0: a free one")
      ->type_name("ADDR:PORT");
  app.add_option("--control-tls", options.control_tls, "https for --control")
      ->type_name("auto|CERT,KEY");
  app.add_option("--control-token-file", options.control_token_file,
                 "its first line is the bearer token that --control asks for")
      ->type_name("F");
}

void set_control(ControlOptions const& options, agent::FixtureOptions& fixture) {
  fixture.version.set_name("rpchspec");
  fixture.version.set_version(RPCHSPEC_VERSION);
  fixture.version.set_suite(std::string(loader::kSuiteVersion));
  fixture.version.set_api("rpchspec.v1");
  if (!options.control.empty()) {
    fixture.control = control_of(options);
  } else if (!options.control_tls.empty() || !options.control_token_file.empty()) {
    throw UsageError{"--control-tls and --control-token-file go with --control A:P"};
  }
}

void add_up_options(CLI::App& app, UpOptions& options) {
  add_control_options(app, options.control);
  app.add_flag("--judge", options.judge,
               "judges the clients, writes reports on leaving; exit 1: one broke a MUST");
  app.add_option("--out", options.out, "folder of --judge's reports (default rpchspec-out)")
      ->type_name("DIR");
  app.add_option("--script", options.script, "YAML file of what --map HOST:PORT=script serves")
      ->type_name("FILE");
}

void set_up_options(UpOptions const& options, agent::FixtureOptions& fixture) {
  if (!options.judge && !options.out.empty()) {
    throw UsageError{"--out goes with --judge"};
  }
  set_script(options, fixture);
  set_control(options.control, fixture);
  if (options.judge) {
    agent::JudgeOptions judge;
    judge.out = options.out.empty() ? kDefaultOut : options.out;
    judge.requirements = open_library().requirements;
    judge.tool_version = RPCHSPEC_VERSION;
    judge.suite = loader::kSuiteVersion;
    fixture.judge = std::move(judge);
  }
}

}  // namespace rpchspec::cli
