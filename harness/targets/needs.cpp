#include "harness/targets/needs.hpp"

#include <algorithm>
#include <vector>

#include "harness/targets/carried.hpp"
#include "harness/targets/facts.hpp"
#include "harness/targets/live.hpp"
#include "model/scalars.hpp"
#include "net/gss_credentials.hpp"
#include "net/tcp_probes.hpp"

namespace rpchspec::targets {

namespace {

using scenario::v1::ProxyNeeds;
using scenario::v1::Scenario;

/// Something that is missing; `fact` would provide it.
struct Missing {
  std::string reason;
  std::string fact;
};

using Lacks = std::vector<Missing>;

bool is_topology(Target const& target, std::string_view name) {
  // An RPC proxy is under test everywhere but behind a front.
  return to_string(target.topology) == name ||
         (target.topology != Topology::http_front && name == "rpc-proxy");
}

bool has_tls(Target const& target) {
  return target.topology == Topology::embedded || url_of(target, true) != nullptr;
}

bool has_plain(Target const& target) {
  return target.topology == Topology::embedded || url_of(target, false) != nullptr;
}

/// NTLM and Negotiate need a plug-in of GSSAPI on this machine.
Result<void> check_mechanism(ProxyNeeds const& needs, scenario::v1::Scheme of_client) {
  auto wanted = std::vector{of_client};
  for (auto const scheme : needs.auth()) {
    wanted.push_back(static_cast<scenario::v1::Scheme>(scheme));
  }
  for (auto const scheme : wanted) {
    auto const handshake = scheme == scenario::v1::NTLM || scheme == scenario::v1::NEGOTIATE;
    auto const there = handshake ? net::check_gss(net::GssMechanism::negotiate) : Result<void>();
    if (!there) {
      return there;
    }
  }
  return {};
}

std::string_view name_of(scenario::v1::Scheme scheme) {
  return scheme == scenario::v1::NTLM        ? "ntlm"
         : scheme == scenario::v1::NEGOTIATE ? "negotiate"
                                             : "basic";
}

bool speaks(Target const& target, std::string_view scheme) {
  return target.topology == Topology::embedded || to_string(target.auth) == scheme;
}

/// "NAME", or "NAME=VALUE" as it was written.
bool states(Facts const& facts, std::string_view fact) {
  auto const equals = fact.find('=');
  auto const stated = facts.given.find(std::string(fact.substr(0, equals)));
  return stated != facts.given.end() &&
         (equals == std::string_view::npos || stated->second == fact.substr(equals + 1));
}

bool is_met(std::string_view need, Target const& target) {
  auto const after = [&](std::string_view prefix) { return need.substr(prefix.size()); };
  if (need.starts_with("topology:")) {
    return is_topology(target, after("topology:"));
  }
  if (need.starts_with("fact:")) {
    return target.topology == Topology::embedded || states(target.facts, after("fact:"));
  }
  if (need.starts_with("auth:")) {
    return speaks(target, after("auth:"));
  }
  if (need == "tls") {
    return has_tls(target);
  }
  if (need == "offload") {
    return has_plain(target);
  }
  if (need == "ipv6") {
    return target.topology == Topology::embedded ||
           (!target.urls.empty() && target.urls.front().host.find(':') != std::string::npos);
  }
  if (need == "v1") {
    return target.topology == Topology::embedded || target.facts.v1.value_or(false);
  }
  if (need == "http-hop") {  // what only relays bytes is none (RFC 9110 3.7: a tunnel)
    auto const layer = target.facts.given.find("layer");
    return layer == target.facts.given.end() || layer->second == "http";
  }
  if (need == "raw-socket") {
    return target.topology != Topology::live && net::can_see_probes();
  }
  return need == "two-proxies" && target.topology == Topology::split;
}

Missing unmet(std::string_view need, Target const& target) {
  if (need.starts_with("topology:")) {
    return {"needs topology " + std::string(need.substr(9)) + ", this is " +
                std::string(to_string(target.topology)),
            {}};
  }
  if (need.starts_with("fact:")) {
    auto const fact = std::string(need.substr(5));
    auto const name = fact.substr(0, fact.find('='));
    return has_fact(target.facts, name) ? Missing{"needs " + fact, {}}
                                        : Missing{"the fact " + fact + " is not given", name};
  }
  if (need.starts_with("auth:")) {
    return {"needs --auth " + std::string(need.substr(5)), {}};
  }
  if (need == "tls") {
    return {"needs an https URL of the proxy (--proxy https://...)", {}};
  }
  if (need == "v1") {
    return {"needs a proxy that serves RPC over HTTP v1 (v1=true)", "v1"};
  }
  if (need == "offload") {
    return {"needs an http URL of the proxy (--proxy http://...)", {}};
  }
  if (need == "http-hop") {
    return {"needs a proxy that speaks HTTP; this one relays bytes (layer=tls)", {}};
  }
  if (need == "raw-socket") {
    return {"needs a raw socket beside the servers, which takes root or CAP_NET_RAW", {}};
  }
  return {"needs " + std::string(need), {}};
}

void check_need(std::string_view need, Target const& target, Lacks& lacks) {
  if (need.starts_with("not:")) {
    if (is_met(need.substr(4), target)) {
      lacks.push_back({"is not for " + std::string(need.substr(4)), {}});
    }
  } else if (!is_met(need, target)) {
    lacks.push_back(unmet(need, target));
  }
}

void check_client(Scenario const& scenario, Target const& target, Lacks& lacks) {
  auto const& client = scenario.client();
  auto const wants_tls =
      client.tls() || !client.tls_version().empty() || scenario.proxy().tls() == ProxyNeeds::ON;
  if (wants_tls && !client.offload_tls()) {
    check_need("tls", target, lacks);
  }
  if (!client.forward_proxy().empty() && target.forward_proxy) {
    lacks.push_back({"goes through an HTTP proxy of ours; --forward-proxy is in its way", {}});
  }
  if (client.certificate() && target.topology != Topology::embedded && target.client_cert.empty()) {
    lacks.push_back({"needs a TLS client certificate (--client-cert and --client-key)", {}});
  }
  if (client.offload_tls() || scenario.proxy().tls() == ProxyNeeds::OFF) {
    check_need("offload", target, lacks);
  }
}

/// A server on ::1 is reached only from here.
void check_server(Scenario const& scenario, Target const& target, Lacks& lacks) {
  auto const is_here = [](Url const& url) {
    return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
  };
  auto const local = target.server_name == "auto" && target.backend_bind == "auto" &&
                     std::all_of(target.urls.begin(), target.urls.end(), is_here);
  if (scenario.server().ipv6() && !local) {
    lacks.push_back({"needs a proxy on this machine: the servers listen on ::1", {}});
  }
}

/// A fact that must have this value.
template <class T>
void check_fact(std::string const& name,
                std::optional<T> const& stated,
                T const& needed,
                std::string const& text,
                Lacks& lacks) {
  if (!stated) {
    lacks.push_back({"needs a proxy with " + name + "=" + text + "; the fact is not given", name});
  } else if (!(*stated == needed)) {
    lacks.push_back({"needs a proxy with " + name + "=" + text, {}});
  }
}

Duration to_duration(google::protobuf::Duration const& value) {
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(value.seconds()) +
                                              std::chrono::nanoseconds(value.nanos()));
}

std::string text_of(google::protobuf::Duration const& value) {
  return model::duration_text(
      std::chrono::duration_cast<std::chrono::nanoseconds>(to_duration(value)).count());
}

void check_authentication(ProxyNeeds const& needs, Target const& target, Lacks& lacks) {
  auto const& facts = target.facts;
  auto wanted = std::vector<std::string_view>();
  if (needs.basic_auth()) {
    wanted.push_back("basic");
  }
  for (auto const scheme : needs.auth()) {
    wanted.push_back(name_of(static_cast<scenario::v1::Scheme>(scheme)));
  }
  if (wanted.size() > 1 || needs.challenges() != ProxyNeeds::LINES) {
    lacks.push_back({"needs a proxy that the harness configures", {}});
  } else if (!wanted.empty()) {
    auto const scheme = *parse_auth(wanted.front());
    check_fact("auth", facts.auth, scheme, std::string(wanted.front()), lacks);
    if (facts.auth == scheme && target.user.empty()) {
      lacks.push_back({"needs --user and a password", {}});
    }
  }
  if (needs.extended_protection() != ProxyNeeds::IGNORED) {
    auto const text = needs.extended_protection() == ProxyNeeds::REQUIRED ? "require" : "allow";
    check_fact("extended_protection", facts.extended_protection, std::string(text), text, lacks);
  }
}

/// A channel as short as 2.2.3.5.5 allows ends before many a case does.
void check_lifetime(Scenario const& scenario, Target const& target, Lacks& lacks) {
  auto const has = target.facts.channel_lifetime;
  auto const wants = carried_on_out(scenario);
  if (has && wants > *has) {
    lacks.push_back({"needs an OUT channel of " + std::to_string(wants) +
                         " bytes; channel_lifetime is " + model::size_text(*has),
                     {}});
  }
}

void check_configuration(ProxyNeeds const& needs, Target const& target, Lacks& lacks) {
  auto const& facts = target.facts;
  if (needs.refuses_to_load()) {
    lacks.push_back({"needs a proxy that the harness configures", {}});
  }
  if (needs.allow_anonymous() != ProxyNeeds::UNSET) {
    auto const on = needs.allow_anonymous() == ProxyNeeds::ON;
    check_fact("allow_anonymous", facts.allow_anonymous, on, on ? "true" : "false", lacks);
  }
  if (!needs.valid_ports().empty()) {
    check_fact("valid_ports", facts.valid_ports, needs.valid_ports(), needs.valid_ports(), lacks);
  }
  if (needs.has_connection_timeout()) {
    check_fact("connection_timeout", facts.connection_timeout,
               to_duration(needs.connection_timeout()), text_of(needs.connection_timeout()), lacks);
  }
  if (needs.has_idle_timeout()) {
    check_fact("idle_timeout", facts.idle_timeout, to_duration(needs.idle_timeout()),
               text_of(needs.idle_timeout()), lacks);
  }
  if (needs.receive_window() != 0) {
    check_fact("receive_window", facts.receive_window,
               static_cast<std::uint32_t>(needs.receive_window()),
               model::size_text(needs.receive_window()), lacks);
  }
  if (needs.channel_lifetime() != 0) {
    check_fact("channel_lifetime", facts.channel_lifetime,
               static_cast<std::uint32_t>(needs.channel_lifetime()),
               model::size_text(needs.channel_lifetime()), lacks);
  }
  if (needs.ping_traffic_threshold() != 0) {
    check_fact("ping_traffic_threshold", facts.ping_traffic_threshold,
               static_cast<std::uint32_t>(needs.ping_traffic_threshold()),
               model::size_text(needs.ping_traffic_threshold()), lacks);
  }
  check_authentication(needs, target, lacks);
}

/// Our upstream behind a front is configured as needed, except for what the front decides.
void check_upstream(ProxyNeeds const& needs, Target const& target, Lacks& lacks) {
  if (needs.refuses_to_load()) {
    lacks.push_back({"needs an RPC proxy that is under test itself", {}});
  }
  // Where a scenario names schemes, our upstream takes credentials over plain HTTP, too.
  auto const may_be_plain = !target.upstream_tls.empty() || needs.auth_size() != 0;
  if (needs.allow_anonymous() == ProxyNeeds::OFF && !may_be_plain) {
    lacks.push_back({"needs TLS towards the upstream (--upstream-tls)", {}});
  }
}

void check_live(Scenario const& scenario, Target const& target, Lacks& lacks) {
  if (auto why = needs_own_servers(scenario); !why.empty()) {
    lacks.push_back({std::move(why), {}});
  } else if (is_intrusive(scenario) && !target.facts.intrusive.value_or(false)) {
    lacks.push_back(
        {"does more than a good client does (--set intrusive=true allows it)", "intrusive"});
  }
}

}  // namespace

std::optional<reports::SkipReason> skip_reason(Scenario const& scenario, Target const& target) {
  Lacks lacks;
  for (auto const& need : scenario.needs()) {
    check_need(need, target, lacks);
  }
  check_client(scenario, target, lacks);
  check_server(scenario, target, lacks);
  auto const mechanism = check_mechanism(scenario.proxy(), scenario.client().auth());
  if (!mechanism) {
    lacks.push_back({mechanism.error().detail, {}});
  }
  if (target.topology == Topology::live) {
    check_live(scenario, target, lacks);
  }
  if (target.topology == Topology::http_front) {
    check_upstream(scenario.proxy(), target, lacks);
  } else if (target.topology != Topology::embedded) {
    check_configuration(scenario.proxy(), target, lacks);
    check_lifetime(scenario, target, lacks);
  }
  if (lacks.empty()) {
    return std::nullopt;
  }
  reports::SkipReason out{scenario.id(), lacks.front().reason, lacks.front().fact};
  for (std::size_t i = 1; i < lacks.size(); ++i) {
    if (lacks[i].reason == lacks.front().reason) {
      continue;
    }
    out.reason += "; " + lacks[i].reason;
    out.fact = lacks[i].fact == out.fact ? out.fact : "";
  }
  return out;
}

}  // namespace rpchspec::targets
