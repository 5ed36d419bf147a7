#include "harness/cli/fixture.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>

#include "harness/cli/command.hpp"
#include "harness/cli/embedded_choice.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/cli/pem_file.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/url.hpp"
#include "model/suggestion.hpp"
#include "net/address.hpp"
#include "net/certificate_request.hpp"

namespace rpchspec::cli {

namespace {

using backend::Listening;

template <class Config>
Config config_of(tl::expected<Config, std::vector<model::TextError>> loaded) {
  if (loaded) {
    return std::move(*loaded);
  }
  std::string text;
  for (auto const& error : loaded.error()) {
    text += (text.empty() ? "" : "\n") + to_string(error);
  }
  throw UsageError{text};
}

Duration scaled(Duration duration, double scale) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(duration) * scale);
}

/// A certificate that a client must refuse. One that is not trusted is a good one, of which the
/// client is told another.
net::CertificateRequest wrong_one(std::string const& what, proxy::ProxyConfig const& config) {
  net::CertificateRequest request;
  request.names = config.tls_names;
  if (what == "expired") {
    request.valid_from_days = -30;
    request.valid_until_days = -1;
  } else if (what == "wrong-name") {
    request.names = {"another-gateway.invalid"};
  }
  return request;
}

void set_tls(ProxyOptions const& options, proxy::ProxyConfig& config) {
  if (auto const wrong = wrong_certificate(options); !wrong.empty()) {
    config.certificate = value_of("--tls", net::self_signed(wrong_one(wrong, config)));
    return;
  }
  if (auto const checked = targets::check_tls_choice(options.tls);
      !checked || options.tls == "front") {
    throw UsageError{
        "--tls: '" + options.tls +
        "': expected auto, expired, wrong-name, untrusted, or CERT,KEY (two PEM files)"};
  }
  if (auto const comma = options.tls.find(','); comma != std::string::npos) {
    config.certificate_file = options.tls.substr(0, comma);
    config.key_file = options.tls.substr(comma + 1);
  }
}

/// Behind set_listen().
void set_client_ca(ProxyOptions const& options, proxy::ProxyConfig& config) {
  auto const is_https = [](proxy::ListenAddress const& at) {
    return at.scheme == proxy::Scheme::https;
  };
  if (std::none_of(config.listen.begin(), config.listen.end(), is_https)) {
    throw UsageError{"--client-ca goes with --tls, or with --listen https://..."};
  }
  static_cast<void>(value_of("--client-ca", read_pem(options.client_ca)));
  config.client_ca_file = options.client_ca;
}

void set_listen(ProxyOptions const& options, proxy::ProxyConfig& config) {
  if (!options.listen.empty()) {
    config.listen.clear();
  }
  auto has_https = false;
  for (auto const& text : options.listen) {
    config.listen.push_back(value_of("--listen", proxy::parse_listen_address(text)));
  }
  for (auto const& listen : config.listen) {
    has_https = has_https || listen.scheme == proxy::Scheme::https;
  }
  if (!options.tls.empty() && !has_https) {
    proxy::ListenAddress https;
    https.scheme = proxy::Scheme::https;
    https.address = config.listen.empty() ? "127.0.0.1" : config.listen.front().address;
    config.listen.push_back(https);
  }
}

/// "negotiate,ntlm,basic".
std::vector<proxy::AuthScheme> schemes_of(std::string const& text) {
  std::vector<proxy::AuthScheme> schemes;
  for (std::size_t at = 0; at <= text.size();) {
    auto const comma = std::min(text.find(',', at), text.size());
    auto const scheme = proxy::parse_auth_scheme(text.substr(at, comma - at));
    if (!scheme) {
      throw UsageError{"--auth: '" + text.substr(at, comma - at) +
                       "' is no scheme; allowed: none, or basic, ntlm, negotiate, with commas"};
    }
    schemes.push_back(*scheme);
    at = comma + 1;
  }
  return schemes;
}

void set_users(ProxyOptions const& options, proxy::ProxyConfig& config) {
  for (auto const& user : options.users) {
    auto const colon = user.find(':');
    if (colon == std::string::npos || colon == 0) {
      throw UsageError{"--user: expected USER:PASSWORD"};
    }
    config.users.push_back({user.substr(0, colon), user.substr(colon + 1)});
  }
  if (options.auth == "none") {
    if (!options.users.empty()) {
      throw UsageError{"--user goes with --auth"};
    }
    return;
  }
  config.schemes = schemes_of(options.auth);
  auto const& schemes = config.schemes;
  auto const basic =
      std::find(schemes.begin(), schemes.end(), proxy::AuthScheme::basic) != schemes.end();
  if (config.users.empty() && (basic || std::getenv("NTLM_USER_FILE") == nullptr)) {
    throw UsageError{"--auth " + options.auth + " needs --user USER:PASSWORD" +
                     (basic ? "" : ", or a file of users in $NTLM_USER_FILE")};
  }
}

void log_line(proxy::LogLevel level, std::string const& text) {
  switch (level) {
    case proxy::LogLevel::debug:
      spdlog::debug("{}", text);
      return;
    case proxy::LogLevel::info:
      spdlog::info("{}", text);
      return;
    case proxy::LogLevel::warning:
      spdlog::warn("{}", text);
      return;
  }
}

}  // namespace

void add_backend_options(CLI::App& app, BackendOptions& options, std::string const& config_flag) {
  app.add_option(config_flag, options.config, "YAML file of the backends")->type_name("FILE");
  app.add_option("--bind", options.bind, "address that the backends listen on")->type_name("ADDR");
  app.add_option(
         "--ports", options.ports,
         "ports of store, referral, address book, and of an endpoint mapper (593); 0: a free one")
      ->type_name("S,R,N[,M]");
  app.add_option("--server-time-scale", options.time_scale,
                 "makes the servers' own times X times as long")
      ->type_name("X");
}

void add_proxy_options(CLI::App& app, ProxyOptions& options, std::string const& config_flag) {
  app.add_option(config_flag, options.config, "YAML file of the proxy")->type_name("FILE");
  app.add_option("--listen", options.listen, "http://ADDR:PORT or https://...; port 0: a free one")
      ->type_name("URL")
      ->allow_extra_args(false);
  app.add_option("--tls", options.tls,
                 "https as well; auto makes a good certificate, the others one to be refused")
      ->type_name("auto|expired|wrong-name|untrusted|CERT,KEY");
  app.add_option("--client-ca", options.client_ca,
                 "authority whose clients need no password at /rpcwithcert/rpcproxy.dll; PEM")
      ->type_name("F");
  app.add_option("--auth", options.auth, "credentials that it asks for, in this order")
      ->type_name("none|basic,ntlm,negotiate");
  app.add_option("--extended-protection", options.extended_protection,
                 "whether NTLM and Negotiate must be bound to the TLS connection")
      ->check(CLI::IsMember({"off", "allow", "require"}));
  app.add_option("--user", options.users, "user and password; may be repeated")
      ->type_name("U:P")
      ->allow_extra_args(false);
  app.add_option("--valid-ports", options.valid_ports, "servers and ports that it allows")
      ->type_name("host:lo-hi;host:port");
  app.add_flag("--mapped-only", options.mapped_only,
               "refuses servers that are not mapped, whatever --valid-ports allows");
  app.add_option("--connection-timeout", options.connection_timeout, "30s or more (default 120s)")
      ->type_name("D");
  app.add_option("--defect", options.defect, "one thing it does wrong; see rpchspec defects")
      ->type_name("NAME");
  app.add_option("--variant", options.variant,
                 "one thing it does otherwise, within the law; see rpchspec variants")
      ->type_name("NAME");
}

backend::BackendConfig backend_config(BackendOptions const& options,
                                      std::string const& default_ports) {
  backend::BackendConfig config;
  auto const set_ports = [&](std::string const& text) {
    auto const ports = value_of("--ports", targets::parse_ports(text));
    config.ports[Listening::store] = ports[0];
    config.ports[Listening::referral] = ports[1];
    config.ports[Listening::address_book] = ports[2];
    if (ports.size() > 3) {
      config.ports[Listening::mapper] = ports[3];
    }
  };
  config.bind = options.bind;
  set_ports(options.ports.empty() ? default_ports : options.ports);
  if (!options.config.empty()) {
    config = config_of(backend::load_backend_config(options.config, config));
  }
  if (!options.ports.empty()) {
    set_ports(options.ports);
  }
  if (!net::is_ip_address(config.bind)) {
    throw UsageError{"--bind: '" + config.bind + "' is no IP address"};
  }
  if (!options.time_scale.empty()) {
    auto const scale = value_of("--server-time-scale", targets::parse_scale(options.time_scale));
    auto& session = config.session;
    session.connection_setup_timeout = scaled(session.connection_setup_timeout, scale);
    session.reply_delay = scaled(session.reply_delay, scale);
    config.longest_wait = scaled(config.longest_wait, scale);
  }
  return config;
}

proxy::ProxyConfig proxy_config(ProxyOptions const& options) {
  proxy::ProxyConfig config;
  if (!options.config.empty()) {
    config = config_of(proxy::load_config(options.config));
  }
  set_listen(options, config);
  if (!options.tls.empty()) {
    set_tls(options, config);
  }
  if (!options.client_ca.empty()) {
    set_client_ca(options, config);
  }
  set_users(options, config);
  if (!options.extended_protection.empty()) {
    config.extended_protection = *proxy::parse_extended_protection(options.extended_protection);
  }
  if (options.allow_anonymous) {
    config.allow_anonymous = true;
  }
  if (!options.valid_ports.empty()) {
    config.valid_ports = value_of("--valid-ports", wire::ValidPorts::parse(options.valid_ports));
  }
  if (options.mapped_only) {
    config.unmapped = proxy::Unmapped::refused;
  }
  if (!options.connection_timeout.empty()) {
    config.connection_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(value_of(
        "--connection-timeout", targets::parse_positive_duration(options.connection_timeout)));
  }
  if (!options.defect.empty()) {
    config.defect = defect_named(options.defect).defect;
  }
  if (!options.variant.empty()) {
    variant_named(options.variant).apply(config);
  }
  config.log = log_line;
  return config;
}

std::string wrong_certificate(ProxyOptions const& options) {
  auto const is_one = [&](char const* name) { return options.tls == name; };
  return is_one("expired") || is_one("wrong-name") || is_one("untrusted") ? options.tls
                                                                          : std::string();
}

agent::ServiceMapping parse_mapping(std::string const& text) {
  auto const equals = text.find('=');
  if (equals == std::string::npos) {
    throw UsageError{"--map: '" + text + "': expected HOST:PORT=SERVICE, as in exch01:6001=store"};
  }
  auto const address =
      value_of("--map", targets::parse_address(text.substr(0, equals), targets::PortZero::refused));
  agent::ServiceMapping out{address.host, address.port, Listening::store};
  auto const service = text.substr(equals + 1);
  std::vector<std::string> names;
  for (auto const each : {Listening::store, Listening::referral, Listening::address_book,
                          Listening::script, Listening::mapper}) {
    if (service == backend::to_string(each)) {
      out.service = each;
      return out;
    }
    names.emplace_back(backend::to_string(each));
  }
  throw UsageError{"--map: unknown service '" + service + "'; allowed: " + model::join(names)};
}

}  // namespace rpchspec::cli
