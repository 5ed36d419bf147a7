#include "harness/engine/case_proxy.hpp"

#include <algorithm>

#include "harness/actors/request_head.hpp"
#include "harness/actors/step_values.hpp"
#include "harness/engine/case_place.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::engine {
namespace {

namespace scn = scenario::v1;

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
    replace("$before_" + service, std::to_string(port - 1));
    replace("$after_" + service, std::to_string(port + 1));
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

/// The client reaches the proxy by IPv6.
bool comes_by_ipv6(scn::Scenario const& scenario) {
  auto const& needs = scenario.needs();
  return std::find(needs.begin(), needs.end(), "ipv6") != needs.end();
}

/// The times and sizes that the scenario states.
void configure_limits(scn::ProxyNeeds const& needs, proxy::ProxyConfig& config) {
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
  if (needs.max_connections() != 0) {
    config.max_connections = needs.max_connections();
  }
  if (needs.ping_traffic_threshold() != 0) {
    config.ping_traffic_threshold = static_cast<std::uint32_t>(needs.ping_traffic_threshold());
  }
}

}  // namespace

bool asks_for_credentials(scn::ProxyNeeds const& needs) {
  return needs.basic_auth() || needs.auth_size() != 0;
}

actors::Credentials test_credentials(scn::ProxyNeeds const& needs) {
  auto const scheme = needs.auth_size() == 0 ? scn::BASIC : needs.auth(0);
  return {"tester", "correct horse", actors::handshake_of(scheme)};
}

Result<proxy::ProxyConfig> proxy_config(Surroundings const& surroundings,
                                        CaseOrder const& order,
                                        std::map<std::string, std::uint16_t> const& ports) {
  auto const& needs = order.scenario->proxy();
  proxy::ProxyConfig config;
  auto const* const address = comes_by_ipv6(*order.scenario) ? "::1" : "127.0.0.1";
  config.listen = {{proxy::Scheme::http, address, 0}, {proxy::Scheme::https, address, 0}};
  config.certificate = surroundings.certificates.own;
  config.client_ca_pem = surroundings.certificates.own.certificate_pem;
  if (auto const* variant = proxy::find_variant(surroundings.target.variant)) {
    variant->apply(config);  // what the case needs comes after it
  }
  config.allow_anonymous = needs.allow_anonymous() != scn::ProxyNeeds::OFF;
  if (asks_for_credentials(needs)) {
    configure_authentication(needs, config);
  }
  config.plain_credentials = surroundings.target.topology == targets::Topology::http_front &&
                             needs.tls() != scn::ProxyNeeds::OFF;
  configure_limits(needs, config);
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
  config.continues = proxy::parse_continues(needs.continues()).value_or(config.continues);
  if (auto const* defect = proxy::find_defect(surroundings.target.defect)) {
    config.defect = defect->defect;
  }
  return config;
}

}  // namespace rpchspec::engine
