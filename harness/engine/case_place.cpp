#include "harness/engine/case_place.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/asio/ip/address.hpp>

#include "harness/actors/step_values.hpp"
#include "harness/engine/address_block.hpp"
#include "harness/targets/named_by.hpp"
#include "journal/recorder.hpp"
#include "net/address.hpp"
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

bool closed(scn::Server const& server, std::string_view service) {
  return std::find(server.closed_ports().begin(), server.closed_ports().end(), service) !=
         server.closed_ports().end();
}

/// A mapper listens for those who ask for one.
bool listens(scn::Scenario const& scenario, std::string_view service) {
  auto const& needs = scenario.needs();
  return !closed(scenario.server(), service) &&
         (service != "mapper" || std::find(needs.begin(), needs.end(), service) != needs.end());
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

std::optional<std::uint16_t> stated_port(targets::Target const& target, std::size_t service) {
  auto const& ports = target.backend_ports;
  return service < ports.size() ? std::optional(ports[service]) : std::nullopt;
}

std::string loopback_address(std::uint32_t number) {
  static AddressBlock const block;
  return block.address(number);
}

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
                     [](targets::Url const& url) { return net::is_loopback(url.host); });
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

std::uint64_t seed_of(Surroundings const& surroundings, CaseOrder const& order) {
  auto mixed = (surroundings.seed + order.repetition) ^ 0x9E3779B97F4A7C15ULL;
  for (auto const c : order.scenario->id()) {
    mixed = (mixed ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  }
  return mixed;
}

std::string server_name(Surroundings const& surroundings, CaseOrder const& order) {
  auto const& target = surroundings.target;
  if (!order.server_name.empty()) {
    return order.server_name;
  }
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
  auto const on_loopback = free_ports && !server.ipv6() && order.server_name.empty();
  config.bind = on_loopback ? "127.0.0.1" : server_name(surroundings, order);
  config.ports.clear();
  for (std::size_t i = 0; i < kServiceNames.size(); ++i) {
    // Of a live endpoint the servers are somebody else's: ours listen nowhere.
    auto const port = free_ports ? 0 : stated_port(target, i);
    if (port && listens(*order.scenario, kServiceNames[i].first) &&
        target.topology != Topology::live) {
      config.ports[kServiceNames[i].second] = *port;
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
  if (!conduct.named_by().empty()) {
    conduct.set_server_name(targets::name_of_servers(conduct.named_by(), surroundings.target));
  }
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
  client.certificate = surroundings.certificates.client;
  client.stranger = surroundings.certificates.stranger;
  if (target.auth != targets::Auth::none) {
    client.credentials = credentials_of(target);
  }
  return client;
}

}  // namespace rpchspec::engine
