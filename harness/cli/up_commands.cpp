#include <memory>
#include <optional>

#include "harness/agent/fixture.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/driven.hpp"
#include "harness/cli/fixture.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/cli/service.hpp"
#include "harness/cli/up_options.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;

/// One half, or both, as a command that stays.
class FixtureService final : public Service {
 public:
  explicit FixtureService(agent::FixtureOptions options) : fixture_(std::move(options)) {}

  Result<json::object> start(net::Executor executor) override {
    auto const ready = fixture_.start(executor);
    if (!ready) {
      return tl::unexpected(ready.error());
    }
    return json::parse(agent::to_json(*ready)).as_object();
  }

  net::Task<> stop() override { return fixture_.stop(); }

  [[nodiscard]] int exit_code() const override { return fixture_.exit_code(); }

 private:
  agent::Fixture fixture_;
};

struct Options {
  ServiceOptions service;
  BackendOptions backend;
  ProxyOptions proxy;
  UpOptions up;
  DrivenOptions driven;
};

/// What a client is told to trust, which is not what it is shown.
std::string another_certificate(proxy::ProxyConfig const& config) {
  auto const other = net::self_signed(config.tls_names);
  if (!other) {
    throw StartError{other.error().detail};
  }
  return other->certificate_pem;
}

int up(Options& options) {
  options.proxy.allow_anonymous = options.proxy.auth == "none";
  if (!options.proxy.allow_anonymous && options.proxy.tls.empty()) {
    throw UsageError{"--auth " + options.proxy.auth +
                     " needs --tls: credentials are taken over TLS only"};
  }
  agent::FixtureOptions fixture;
  for (auto const& text : options.proxy.map) {
    fixture.mappings.push_back(parse_mapping(text));
  }
  fixture.backend = backend_config(options.backend, "0,0,0,0");
  fixture.proxy = proxy_config(options.proxy);
  fixture.wrong_certificate = wrong_certificate(options.proxy);
  if (fixture.wrong_certificate == "untrusted") {
    fixture.trusted_pem = another_certificate(*fixture.proxy);
  }
  set_up_options(options.up, fixture);
  FixtureService service(std::move(fixture));
  return serve(service, options.service);
}

/// What the run says, nobody else does.
void check_driven(Options const& options) {
  auto const& own = options.backend;
  if (!own.config.empty() || !own.ports.empty() || !own.time_scale.empty() ||
      own.bind != BackendOptions().bind) {
    throw UsageError{
        "--driven: the run says how the backends behave and where they listen; --config, --bind, "
        "--ports and --server-time-scale do not go with it"};
  }
  auto const& control = options.up.control;
  if (!control.control.empty() || !control.control_tls.empty() ||
      !control.control_token_file.empty()) {
    throw UsageError{"--driven: the run says what the backends do; --control does not go with it"};
  }
}

int backend_alone(Options const& options) {
  auto const& driven = options.driven;
  if (!driven.listen.empty()) {
    check_driven(options);
    return play_for_others(driven, options.service);
  }
  if (!driven.tls_cert.empty() || !driven.tls_key.empty() || !driven.token_file.empty() ||
      !driven.own_address.empty()) {
    throw UsageError{
        "--tls-cert, --tls-key, --token-file and --own-address go with --driven ADDR:PORT"};
  }
  agent::FixtureOptions fixture;
  fixture.backend = backend_config(options.backend, "6001,6002,6004");
  set_control(options.up.control, fixture);
  FixtureService service(std::move(fixture));
  return serve(service, options.service);
}

int proxy_alone(Options const& options) {
  auto config = proxy_config(options.proxy);
  for (auto const& text : options.proxy.map) {
    config.servers.push_back(value_of("--map", proxy::parse_server_override(text)));
  }
  agent::FixtureOptions fixture;
  fixture.proxy = std::move(config);
  set_control(options.up.control, fixture);
  FixtureService service(std::move(fixture));
  return serve(service, options.service);
}

}  // namespace

void set_up_up(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  add_proxy_options(app, options->proxy, "--proxy-config");
  app.add_option(
         "--map", options->proxy.map,
         "HOST:PORT of a request is this service: store, referral, address-book, mapper, script")
      ->type_name("HOST:PORT=SERVICE")
      ->allow_extra_args(false);
  add_backend_options(app, options->backend, "--backend-config");
  add_up_options(app, options->up);
  add_service_options(app, options->service, MayDetach::yes);
  app.callback([options, &exit_code] { exit_code = up(*options); });
}

void set_up_backend(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  add_backend_options(app, options->backend, "--config");
  add_control_options(app, options->up.control);
  add_driven_options(app, options->driven);
  add_service_options(app, options->service, MayDetach::no);
  app.callback([options, &exit_code] { exit_code = backend_alone(*options); });
}

void set_up_proxy(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  add_proxy_options(app, options->proxy, "--config");
  app.add_flag("--allow-anonymous", options->proxy.allow_anonymous,
               "accepts requests without TLS and without credentials, as behind an offloader");
  app.add_option("--map", options->proxy.map, "where a server that requests name really is")
      ->type_name("HOST:PORT=ADDR:PORT")
      ->allow_extra_args(false);
  add_control_options(app, options->up.control);
  add_service_options(app, options->service, MayDetach::no);
  app.callback([options, &exit_code] { exit_code = proxy_alone(*options); });
}

}  // namespace rpchspec::cli
