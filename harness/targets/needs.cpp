#include "harness/targets/needs.hpp"

#include <algorithm>
#include <vector>

#include "harness/loader/stated_value.hpp"
#include "harness/targets/as_stated.hpp"
#include "harness/targets/carried.hpp"
#include "harness/targets/facts.hpp"
#include "harness/targets/live.hpp"
#include "harness/targets/named_by.hpp"
#include "harness/targets/needed_fact.hpp"
#include "harness/targets/needs_configuration.hpp"
#include "harness/targets/stated_rule.hpp"
#include "net/gss_credentials.hpp"
#include "net/tcp_probes.hpp"

namespace rpchspec::targets {

namespace {

using scenario::v1::ProxyNeeds;
using scenario::v1::Scenario;

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

bool speaks(Target const& target, std::string_view scheme) {
  return target.topology == Topology::embedded || to_string(target.auth) == scheme;
}

/// The embedded proxy has every fact but those that a variant states; its throughput is as it
/// comes.
bool has(Target const& target, std::string_view fact) {
  auto const name = fact.substr(0, fact.find('='));
  auto const is_given = target.facts.given.contains(std::string(name));
  return states(target.facts, fact) ||
         (target.topology == Topology::embedded && !is_given && name != "throughput");
}

bool is_met(std::string_view need, Target const& target) {
  auto const after = [&](std::string_view prefix) { return need.substr(prefix.size()); };
  if (need.starts_with("topology:")) {
    return is_topology(target, after("topology:"));
  }
  if (need.starts_with("fact:")) {
    return has(target, after("fact:"));
  }
  if (need.starts_with("auth:")) {
    return speaks(target, after("auth:"));
  }
  if (need.starts_with("refused:")) {
    return target.topology != Topology::http_front;  // check_valid_ports knows more
  }
  if (need == "tls") {
    return has_tls(target);
  }
  if (need == "offload") {  // a front is what takes TLS off by itself, or what hands it on
    return target.topology == Topology::http_front ? target.upstream_tls.empty()
                                                   : has_plain(target);
  }
  if (need == "ipv6") {
    return target.topology == Topology::embedded ||
           (!target.urls.empty() && target.urls.front().host.find(':') != std::string::npos);
  }
  if (need == "v1") {
    return target.topology == Topology::embedded || target.facts.v1.value_or(false);
  }
  if (need == "mapper") {  // embedded and behind a front it gets a free port
    auto const has_port = target.backend_ports.size() > 3;
    return target.topology == Topology::embedded || target.topology == Topology::http_front ||
           (target.topology != Topology::live && has_port);
  }
  if (need == "http-hop") {  // what only relays bytes is none (RFC 9110 3.7: a tunnel)
    auto const layer = target.facts.given.find("layer");
    return layer == target.facts.given.end() || layer->second == "http";
  }
  if (need == "raw-socket") {
    return target.topology != Topology::live && !target.backend_at && net::can_see_probes();
  }
  if (need == "one-machine") {
    return !target.backend_at;
  }
  if (need == "reconfigure") {
    return !target.reconfigure.empty();
  }
  if (need == "two-upstreams") {
    return target.topology == Topology::http_front && target.upstream_listen.size() > 1;
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
  if (need == "mapper") {
    return {"needs a port for an endpoint mapper (--backend-ports 6001,6002,6004,593)", {}};
  }
  if (need == "offload" && target.topology == Topology::http_front) {
    return {"needs a front that takes TLS off (no --upstream-tls)", {}};
  }
  if (need == "offload") {
    return {"needs an http URL of the proxy (--proxy http://...)", {}};
  }
  if (need == "http-hop") {
    return {"needs a proxy that speaks HTTP; this one relays bytes (layer=tls)", {}};
  }
  if (need == "two-proxies") {
    return {"needs a proxy of two nodes, one for each direction (--in-proxy, --out-proxy)", {}};
  }
  if (need == "ipv6") {
    return {"needs a proxy at an IPv6 address (--proxy http://[::1]:8080)", {}};
  }
  if (need == "two-upstreams") {
    return {"needs a front that chooses between two upstreams (--upstream-listen twice)", {}};
  }
  if (need == "reconfigure") {
    return {
        "needs a command that has the running proxy read its configuration again (`reconfigure`)",
        {}};
  }
  if (need == "one-machine") {
    return {"its steps follow each other faster than two machines tell each other (--backend-at)",
            {}};
  }
  if (need == "raw-socket" && target.backend_at) {
    return {"needs a raw socket beside the servers, which are elsewhere (--backend-at)", {}};
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
  if (target.backend_at && scenario.server().ipv6()) {
    lacks.push_back({"its servers listen on ::1, and they are elsewhere (--backend-at)", {}});
    return;
  }
  auto const local = target.server_name == "auto" && target.backend_bind == "auto" &&
                     std::all_of(target.urls.begin(), target.urls.end(), is_here);
  if (scenario.server().ipv6() && !local) {
    lacks.push_back({"needs a proxy on this machine: the servers listen on ::1", {}});
  }
}

/// A front's upstream is ours: it has what the case says of it, whatever is needed of a foreign
/// one.
bool is_given_by_us(std::string_view need, Scenario const& scenario, Target const& target) {
  auto const configured = loader::values_of(scenario.proxy());
  return target.topology == Topology::http_front &&
         std::any_of(configured.quantities.begin(), configured.quantities.end(),
                     [&](auto const& each) {
                       return need.starts_with("fact:" + each.first) &&
                              is_stated_in_needs(scenario, each.first);
                     });
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

/// The rule is the user's: a case asks for what it does not list, or finds itself listed likewise.
void check_valid_ports(Scenario const& scenario, Target const& target, Lacks& lacks) {
  auto const& rule = target.facts.valid_ports;
  auto const& wanted = scenario.proxy().valid_ports();
  if (wanted.empty() || !scenario.client().named_by().empty()) {
    return;  // a name that is listed is what check_name() asks for
  }
  if (!rule) {
    lacks.push_back(
        {"needs to know the proxy's ValidPorts; the fact valid_ports is not given", "valid_ports"});
  } else if (auto const what = asks_for_refused(scenario, target)) {
    if (auto why = why_not_refused(target, *rule, *what); !why.empty()) {
      lacks.push_back({std::move(why), {}});
    }
  } else if (!lists_likewise(target, *rule, wanted)) {
    lacks.push_back({"needs a proxy whose ValidPorts lists the Store as " + wanted + " does", {}});
  }
}

void check_live(Scenario const& scenario, Target const& target, Lacks& lacks) {
  if (auto why = needs_own_servers(scenario); !why.empty()) {
    lacks.push_back({std::move(why), {}});
  } else if (is_intrusive(live_part(scenario)) && !target.facts.intrusive.value_or(false)) {
    lacks.push_back(
        {"does more than a good client does (--set intrusive=true allows it)", "intrusive"});
  }
}

}  // namespace

std::optional<reports::SkipReason> skip_reason(Scenario const& scenario, Target const& target) {
  Lacks lacks;
  for (auto const& need : scenario.needs()) {
    if (!is_given_by_us(need, scenario, target)) {
      check_need(need, target, lacks);
    }
  }
  check_client(scenario, target, lacks);
  check_server(scenario, target, lacks);
  check_name(scenario, target, lacks);
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
    check_configuration(scenario, target, lacks);
    check_valid_ports(scenario, target, lacks);
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
