#include <spdlog/spdlog.h>

#include <memory>
#include <optional>

#include "harness/cli/command.hpp"
#include "harness/cli/fixture.hpp"
#include "harness/cli/service.hpp"
#include "mock_backend/backend.hpp"
#include "reference_proxy/reference_proxy.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;
using backend::Listening;

json::object describe(backend::MockBackend const& backend) {
  json::object ports;
  for (auto const& [service, port] : backend.ports()) {
    ports[backend::to_string(service)] = port;
  }
  return {{"address", backend.config().bind},
          {"server_name", backend.config().server_name},
          {"ports", ports}};
}

json::object describe(proxy::ReferenceProxy const& proxy) {
  json::array urls;
  for (auto const& endpoint : proxy.endpoints()) {
    urls.emplace_back(endpoint.url());
  }
  json::object out{{"urls", urls}};
  if (!proxy.certificate_pem().empty()) {
    out["certificate_pem"] = proxy.certificate_pem();
  }
  return out;
}

/// One half, or both; the proxy reaches the backends under the names they have.
class Fixture final : public Service {
 public:
  Fixture(std::optional<backend::BackendConfig> backend,
          std::optional<proxy::ProxyConfig> proxy,
          std::vector<ServiceMapping> mappings)
      : backend_config_(std::move(backend)),
        proxy_config_(std::move(proxy)),
        mappings_(std::move(mappings)) {}

  Result<json::object> start(net::Executor executor) override {
    json::object ready;
    if (backend_config_) {
      backend_.emplace(executor, *backend_config_, nullptr);
      if (auto const begun = backend_->start(); !begun) {
        return tl::unexpected(begun.error());
      }
      ready["backends"] = describe(*backend_);
    }
    if (proxy_config_) {
      add_mappings();
      proxy_.emplace(*proxy_config_);
      if (auto const begun = proxy_->start(executor); !begun) {
        return tl::unexpected(begun.error());
      }
      ready["proxy"] = describe(*proxy_);
    }
    return ready;
  }

  net::Task<> stop() override {
    if (proxy_) {
      co_await proxy_->stop();
    }
    if (backend_) {
      co_await backend_->stop();
    }
  }

 private:
  void map(std::string const& host, std::uint16_t port, Listening service) {
    auto const found = backend_->ports().find(service);
    if (found != backend_->ports().end()) {
      proxy_config_->servers.push_back({host, port, backend_config_->bind, found->second});
    }
  }

  void add_mappings() {
    if (!backend_) {
      return;
    }
    for (auto const& mapping : mappings_) {
      map(mapping.host, mapping.port, mapping.service);
    }
    for (auto const& host : {backend_config_->server_name, backend_config_->server_fqdn}) {
      map(host, 6001, Listening::store);
      map(host, 6002, Listening::referral);
      map(host, 6004, Listening::address_book);
    }
    map(backend_config_->global_catalog, 6004, Listening::address_book);
  }

  std::optional<backend::BackendConfig> backend_config_;
  std::optional<proxy::ProxyConfig> proxy_config_;
  std::vector<ServiceMapping> mappings_;
  std::optional<backend::MockBackend> backend_;
  std::optional<proxy::ReferenceProxy> proxy_;
};

struct Options {
  ServiceOptions service;
  BackendOptions backend;
  ProxyOptions proxy;
};

int up(Options& options) {
  options.proxy.allow_anonymous = options.proxy.auth == "none";
  if (!options.proxy.allow_anonymous && options.proxy.tls.empty()) {
    throw UsageError{"--auth " + options.proxy.auth +
                     " needs --tls: credentials are taken over TLS only"};
  }
  std::vector<ServiceMapping> mappings;
  for (auto const& text : options.proxy.map) {
    mappings.push_back(parse_mapping(text));
  }
  Fixture fixture(backend_config(options.backend, "0,0,0"), proxy_config(options.proxy), mappings);
  return serve(fixture, options.service);
}

int backend_alone(Options const& options) {
  Fixture fixture(backend_config(options.backend, "6001,6002,6004"), std::nullopt, {});
  return serve(fixture, options.service);
}

int proxy_alone(Options const& options) {
  auto config = proxy_config(options.proxy);
  for (auto const& text : options.proxy.map) {
    auto const override = proxy::parse_server_override(text);
    if (!override) {
      throw UsageError{"--map: " + override.error().detail};
    }
    config.servers.push_back(*override);
  }
  Fixture fixture(std::nullopt, std::move(config), {});
  return serve(fixture, options.service);
}

}  // namespace

void set_up_up(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  add_proxy_options(app, options->proxy, "--proxy-config");
  app.add_option("--map", options->proxy.map, "HOST:PORT of a request is this service")
      ->type_name("HOST:PORT=SERVICE")
      ->allow_extra_args(false);
  add_backend_options(app, options->backend, "--backend-config");
  add_service_options(app, options->service, MayDetach::yes);
  app.callback([options, &exit_code] { exit_code = up(*options); });
}

void set_up_backend(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  add_backend_options(app, options->backend, "--config");
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
  add_service_options(app, options->service, MayDetach::no);
  app.callback([options, &exit_code] { exit_code = proxy_alone(*options); });
}

}  // namespace rpchspec::cli
