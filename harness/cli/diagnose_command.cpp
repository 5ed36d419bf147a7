#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/diagnosis/examination.hpp"
#include "harness/diagnosis/told.hpp"
#include "harness/loader/pretty_json.hpp"
#include "harness/targets/url.hpp"
#include "model/scalars.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

constexpr std::chrono::seconds kStepTime{15};

struct DiagnoseOptions {
  std::string url;
  std::string server;
  std::uint16_t port = 6001;
  std::string service;
  std::string timeout;
  std::string forward_proxy;
  bool as_json = false;
  TableOptions table;
};

Duration time_named(std::string const& text) {
  if (text.empty()) {
    return kStepTime;
  }
  auto const parsed = model::parse_duration(text);
  if (!parsed) {
    throw UsageError{"--timeout: " + parsed.error()};
  }
  if (*parsed <= 0) {
    throw UsageError{"--timeout: '" + text + "': expected more than nothing"};
  }
  return std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(*parsed));
}

diagnosis::Request request_of(DiagnoseOptions const& options) {
  targets::Settings settings;
  options.table.apply(settings);
  settings.target.urls = {value_of("URL", targets::parse_url(options.url))};
  if (!options.forward_proxy.empty()) {
    settings.target.forward_proxy =
        value_of("--forward-proxy", targets::parse_url(options.forward_proxy));
  }
  settings.target.server_name =
      options.server.empty() ? settings.target.urls.front().host : options.server;
  settings.target.topology = targets::Topology::live;
  settings.topology_given = true;
  if (auto const completed = targets::complete(settings); !completed) {
    throw UsageError{completed.error().detail};
  }
  diagnosis::Request request;
  request.target = settings.target;
  request.server = request.target.server_name;
  request.port = options.port;
  request.service =
      options.service.empty() ? diagnosis::service_of_port(options.port) : options.service;
  request.step_time = time_named(options.timeout);
  return request;
}

int diagnose(DiagnoseOptions const& options) {
  auto const found = diagnosis::diagnose(request_of(options));
  if (options.as_json) {
    fmt::print("{}", loader::pretty(diagnosis::to_json(found)));
  } else if (found.could_not_run.empty()) {
    fmt::print("{}", inert(diagnosis::in_words(found)));
  }
  if (!found.could_not_run.empty()) {
    throw StartError{found.could_not_run};
  }
  return found.broken() == nullptr ? reports::kExitPassed : reports::kExitFailed;
}

}  // namespace

void set_up_diagnose(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DiagnoseOptions>();
  app.add_option("url", options->url, "the live endpoint, as in https://mail.example.com")
      ->required()
      ->type_name("URL");
  app.add_option("--server", options->server,
                 "server-name in the requests (default: the host of the URL)")
      ->type_name("NAME");
  app.add_option("--port", options->port, "its port in the requests (default 6001)")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535));
  app.add_option("--service", options->service,
                 "what is bound (default: by the port; mgmt on others than Exchange's)")
      ->check(CLI::IsMember({"store", "referral", "address-book", "mgmt"}));
  app.add_option("--timeout", options->timeout, "bound on each step (default 15s)")->type_name("D");
  app.add_option("--forward-proxy", options->forward_proxy,
                 "HTTP proxy on the way there, that every step goes through")
      ->type_name("URL");
  app.add_flag("--json", options->as_json, "for programs");
  options->table.add(app, {},
                     {"resolve", "sni", "auth", "user", "password-file", "ca-file", "insecure",
                      "client-cert", "client-key"});
  app.footer("Exit code: 0 all steps well, 1 a step broke, 2 wrong usage, 3 it could not be run.");
  app.callback([options, &exit_code] { exit_code = diagnose(*options); });
}

}  // namespace rpchspec::cli
