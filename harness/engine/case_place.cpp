#include "harness/engine/case_place.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/asio/ip/address.hpp>

#include "harness/actors/request_head.hpp"
#include "harness/actors/step_values.hpp"
#include "harness/engine/address_block.hpp"
#include "journal/recorder.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;
using targets::Topology;

std::set<wire::RtsPduKind> withheld(scn::Server const& server) {
  std::set<wire::RtsPduKind> kinds;
  for (auto const& name : server.hold()) {
    if (auto const* form = wire::find_form(name)) {
      kinds.insert(form->kind);
    }
  }
  return kinds;
}

session::ReceiveWindow::AckPolicy ack_policy(std::string const& name) {
  using AckPolicy = session::ReceiveWindow::AckPolicy;
  return name == "every"   ? AckPolicy::every_pdu
         : name == "never" ? AckPolicy::never
                           : AckPolicy::at_half;
}

backend::LegacyPolicy legacy(scn::Server const& server) {
  switch (server.legacy_response()) {
    case scn::Server::LEGACY_ABSENT:
    case scn::Server::LEGACY_HELD:  // a step sends it
      return backend::LegacyPolicy::absent;
    case scn::Server::LEGACY_SPLIT:
      return backend::LegacyPolicy::split;
    case scn::Server::LEGACY_WITH_FIRST_PDU:
      return backend::LegacyPolicy::with_first_pdu;
    default:
      return backend::LegacyPolicy::sent;
  }
}

backend::OnAccept on_accept(scn::Server const& server) {
  switch (server.on_accept()) {
    case scn::Server::ACCEPT_RST:
      return backend::OnAccept::rst;
    case scn::Server::ACCEPT_FIN:
      return backend::OnAccept::fin;
    case scn::Server::ACCEPT_SILENCE:
      return backend::OnAccept::silence;
    default:
      return backend::OnAccept::serve;
  }
}

bool on_loopback(std::string const& host) {
  boost::system::error_code error;
  auto const address = boost::asio::ip::make_address(host, error);
  return host == "localhost" || (!error && address.is_loopback());
}

/// One for each case, clear of 127.0.0.x where others listen.
std::string loopback_address(std::uint32_t number) {
  static AddressBlock const block;
  return block.address(number);
}

bool closed(scn::Server const& server, std::string_view service) {
  return std::find(server.closed_ports().begin(), server.closed_ports().end(), service) !=
         server.closed_ports().end();
}

std::string with_ports(std::string text,
                       std::string const& server,
                       std::map<std::string, std::uint16_t> const& ports) {
  auto const replace = [&text](std::string const& name, std::string const& value) {
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
      text.replace(at, name.size(), value);
    }
  };
  replace("$server_name", server);
  for (auto const& [service, port] : ports) {
    replace("$" + service, std::to_string(port));
  }
  return text;
}

proxy::AuthScheme scheme_of(scn::Scheme scheme) {
  return scheme == scn::NTLM        ? proxy::AuthScheme::ntlm
         : scheme == scn::NEGOTIATE ? proxy::AuthScheme::negotiate
                                    : proxy::AuthScheme::basic;
}

proxy::ChallengeForm form_of(scn::ProxyNeeds::Challenges wanted) {
  switch (wanted) {
    case scn::ProxyNeeds::ONE_LIST:
      return proxy::ChallengeForm::one_list;
    case scn::ProxyNeeds::UNKNOWN_FIRST:
      return proxy::ChallengeForm::unknown_first;
    case scn::ProxyNeeds::LOWER_CASE:
      return proxy::ChallengeForm::lower_case;
    default:
      return proxy::ChallengeForm::lines;
  }
}

void configure_authentication(scn::ProxyNeeds const& needs, proxy::ProxyConfig& config) {
  auto const user = test_credentials(needs);
  config.users = {{user.user, user.password.value_or("")}};
  if (needs.auth_size() != 0) {
    config.schemes.clear();
  }
  for (auto const scheme : needs.auth()) {
    config.schemes.push_back(scheme_of(static_cast<scn::Scheme>(scheme)));
  }
  if (needs.challenges() != scn::ProxyNeeds::LINES) {
    config.latitude.challenges = form_of(needs.challenges());
  }
  if (needs.extended_protection() != scn::ProxyNeeds::IGNORED) {
    config.extended_protection = needs.extended_protection() == scn::ProxyNeeds::REQUIRED
                                     ? proxy::ExtendedProtection::require
                                     : proxy::ExtendedProtection::allow;
  }
}

actors::Origin origin_of(targets::Url const& url) {
  return {url.host, url.port, url.tls};
}

/// The plain URL of a node, where it has one, is the default; the https one is for TLS.
void place_on_node(std::vector<targets::Url> const& urls,
                   actors::Origin& usual,
                   actors::Origin& secure) {
  usual = secure = {};
  for (auto const& url : urls) {
    (url.tls ? secure : usual) = origin_of(url);
  }
  usual = usual.port == 0 ? secure : usual;
}

void place_on_nodes(targets::Target const& target, actors::ClientTarget& client) {
  place_on_node(target.in_urls, client.in, client.tls_in);
  place_on_node(target.out_urls, client.out, client.tls_out);
}

}  // namespace

actors::Credentials credentials_of(targets::Target const& target) {
  actors::Credentials credentials{target.user, target.password, {}};
  if (target.auth == targets::Auth::ntlm) {
    credentials.handshake = net::GssMechanism::ntlm;
  } else if (target.auth == targets::Auth::negotiate) {
    credentials.handshake = net::GssMechanism::negotiate;
  }
  if (credentials.handshake && target.password.empty() && std::getenv("NTLM_USER_FILE")) {
    credentials.password.reset();
  }
  return credentials;
}

bool uses_free_ports(targets::Target const& target) {
  return target.topology == Topology::embedded || target.topology == Topology::http_front;
}

bool has_own_addresses(targets::Target const& target) {
  if (target.server_name != "auto" || target.backend_bind != "auto") {
    return false;
  }
  return std::all_of(target.urls.begin(), target.urls.end(),
                     [](targets::Url const& url) { return on_loopback(url.host); });
}

bool speaks_v1(scn::Scenario const& scenario) {
  auto const& needs = scenario.needs();
  return std::find(needs.begin(), needs.end(), "v1") != needs.end();
}

bool ends_unattributed(scn::Scenario const& scenario) {
  return scenario.server().on_accept() != scn::Server::SERVE || speaks_v1(scenario);
}

std::uint16_t unserved_port(targets::Target const& target) {
  auto const& ports = target.backend_ports;
  auto port = *std::min_element(ports.begin(), ports.end());
  while (std::find(ports.begin(), ports.end(), port) != ports.end()) {
    ++port;
  }
  return port;
}

bool asks_for_credentials(scn::ProxyNeeds const& needs) {
  return needs.basic_auth() || needs.auth_size() != 0;
}

actors::Credentials test_credentials(scn::ProxyNeeds const& needs) {
  auto const scheme = needs.auth_size() == 0 ? scn::BASIC : needs.auth(0);
  return {"tester", "correct horse", actors::handshake_of(scheme)};
}

std::uint64_t seed_of(Surroundings const& surroundings, CaseOrder const& order) {
  auto mixed = (surroundings.seed + order.repetition) ^ 0x9E3779B97F4A7C15ULL;
  for (auto const c : order.scenario->id()) {
    mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  }
  return mixed;
}

std::string server_name(Surroundings const& surroundings, CaseOrder const& order) {
  auto const& target = surroundings.target;
  if (order.scenario->server().ipv6()) {
    return "::1";
  }
  switch (target.topology) {
    case Topology::embedded:
      return "127.0.0.1";
    case Topology::http_front:
      return "case" + std::to_string(order.number) + ".rpchspec.test";
    default:
      break;
  }
  if (target.server_name != "auto") {
    return target.server_name;
  }
  return has_own_addresses(target) ? loopback_address(order.number) : surroundings.own_address;
}

backend::BackendConfig backend_config(Surroundings const& surroundings, CaseOrder const& order) {
  auto const& target = surroundings.target;
  auto const& server = order.scenario->server();
  backend::BackendConfig config;
  auto const free_ports = uses_free_ports(target) || target.topology == Topology::live;
  config.bind = free_ports && !order.scenario->server().ipv6() ? "127.0.0.1"
                                                               : server_name(surroundings, order);
  config.ports.clear();
  for (std::size_t i = 0; i < kServiceNames.size(); ++i) {
    // Of a live endpoint the servers are somebody else's: ours listen nowhere.
    if (!closed(server, kServiceNames[i].first) && target.topology != Topology::live) {
      config.ports[kServiceNames[i].second] = free_ports ? 0 : target.backend_ports[i];
    }
  }
  config.session.withheld = withheld(server);
  config.session.ack_policy = ack_policy(server.ack_policy());
  if (server.receive_window() != 0) {
    config.session.receive_window =
        ReceiveWindowSize(static_cast<std::uint32_t>(server.receive_window()));
  }
  if (server.has_recycle_out_at()) {
    config.session.recycle_out_at = actors::bytes_left(server.recycle_out_at());
  }
  config.session.reply_delay = actors::to_duration(server.reply_delay());
  config.legacy_response = legacy(server);
  config.on_accept = on_accept(server);
  config.patient = server.conduct() == scn::PATIENT;
  config.reads = !server.no_read();
  return config;
}

scn::Client client_conduct(Surroundings const& surroundings, CaseOrder const& order) {
  auto conduct = order.scenario->client();
  auto const* variant = proxy::find_variant(surroundings.target.variant);
  if (variant != nullptr && variant->in_channel_lifetime != 0 && conduct.in_content_length() == 0) {
    conduct.set_in_content_length(variant->in_channel_lifetime);
  }
  return conduct;
}

actors::ClientTarget client_target(Surroundings const& surroundings,
                                   CaseOrder const& order,
                                   std::map<std::string, std::uint16_t> const& ports) {
  auto const& target = surroundings.target;
  actors::ClientTarget client;
  for (auto const& url : target.urls) {
    (url.tls ? client.tls_in : client.in) = origin_of(url);
    client.path = url.path;
  }
  if (client.in.port == 0) {
    client.in = client.tls_in;
  }
  client.out = client.in;
  client.tls_out = client.tls_in;
  if (target.topology == Topology::split) {
    place_on_nodes(target, client);
  }
  if (surroundings.indirect) {
    client.forward_proxy = origin_of(*target.forward_proxy);
  }
  client.server_name = server_name(surroundings, order);
  client.ports = ports;
  client.resolve = target.resolve;
  client.tls.server_name = target.sni;
  client.tls.ca_file = target.ca_file;
  client.tls.insecure = target.insecure;
  client.tls.client_certificate_file = target.client_cert;
  client.tls.client_key_file = target.client_key;
  if (target.auth != targets::Auth::none) {
    client.credentials = credentials_of(target);
  }
  return client;
}

Result<proxy::ProxyConfig> proxy_config(Surroundings const& surroundings,
                                        CaseOrder const& order,
                                        std::map<std::string, std::uint16_t> const& ports) {
  auto const& needs = order.scenario->proxy();
  proxy::ProxyConfig config;
  config.listen = {{proxy::Scheme::http, "127.0.0.1", 0}, {proxy::Scheme::https, "127.0.0.1", 0}};
  config.certificate = surroundings.certificate;
  if (auto const* variant = proxy::find_variant(surroundings.target.variant)) {
    variant->apply(config);  // what the case needs comes after it
  }
  config.allow_anonymous = needs.allow_anonymous() != scn::ProxyNeeds::OFF;
  if (asks_for_credentials(needs)) {
    configure_authentication(needs, config);
  }
  config.plain_credentials = surroundings.target.topology == Topology::http_front;
  if (needs.has_connection_timeout()) {
    config.connection_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
        actors::to_duration(needs.connection_timeout()));
  }
  if (needs.has_idle_timeout()) {
    config.idle_timeout = actors::to_duration(needs.idle_timeout());
  }
  if (needs.receive_window() != 0) {
    config.receive_window = ReceiveWindowSize(static_cast<std::uint32_t>(needs.receive_window()));
  }
  if (needs.channel_lifetime() != 0) {
    config.channel_lifetime = ChannelLifetime(static_cast<std::uint32_t>(needs.channel_lifetime()));
  }
  if (needs.ping_traffic_threshold() != 0) {
    config.ping_traffic_threshold = static_cast<std::uint32_t>(needs.ping_traffic_threshold());
  }
  if (!needs.valid_ports().empty()) {
    auto const text = with_ports(needs.valid_ports(), server_name(surroundings, order), ports);
    auto const parsed = wire::ValidPorts::parse(text);
    if (!parsed) {
      return tl::unexpected(parsed.error());
    }
    config.valid_ports = *parsed;
  }
  if (!needs.answers().empty()) {
    auto const answers = proxy::parse_answers(needs.answers());
    if (!answers) {
      return fail({ErrorCode::bad_value, 0, "answers", "",
                   "'" + needs.answers() + "'; allowed are garbage, two-lengths, never"});
    }
    config.answers = *answers;
  }
  if (auto const* defect = proxy::find_defect(surroundings.target.defect)) {
    config.defect = defect->defect;
  }
  return config;
}

}  // namespace rpchspec::engine
