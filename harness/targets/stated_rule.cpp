#include "harness/targets/stated_rule.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/address.hpp"
#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::targets {

namespace {

using Rule = wire::ValidPorts::Rule;

constexpr std::string_view kRefused = "refused:";
constexpr std::size_t kMostPorts = 16;
constexpr std::uint32_t kLastPort = 65535;
constexpr std::uint32_t kUnprivileged = 1024;

bool is_address(std::string_view host) {
  auto const form = wire::server_name_form(host);
  return form && *form != wire::ServerNameForm::name;
}

/// Of this server, real ranges before single ports.
std::vector<Rule> entries_of(wire::ValidPorts const& rule, std::string_view server) {
  auto const host = wire::canonical_server_name(server);
  std::vector<Rule> found;
  std::copy_if(rule.rules().begin(), rule.rules().end(), std::back_inserter(found),
               [&](Rule const& entry) { return entry.host == host; });
  std::stable_partition(found.begin(), found.end(),
                        [](Rule const& entry) { return entry.low != entry.high; });
  return found;
}

/// Ports in these steps from `first`, of which the rule lists none.
void add_apart(wire::ValidPorts const& rule,
               std::string_view server,
               std::uint32_t step,
               std::vector<std::uint16_t>& ports) {
  for (auto port = kUnprivileged + step; port <= kLastPort && ports.size() < kMostPorts;
       port += step) {
    auto const as_port = static_cast<std::uint16_t>(port);
    if (!rule.allows(server, Port(as_port)) &&
        std::find(ports.begin(), ports.end(), as_port) == ports.end()) {
      ports.push_back(as_port);
    }
  }
}

std::string with_values(std::string text, std::string const& server, std::uint16_t store) {
  auto const names = std::array{std::pair{std::string("$server_name"), server},
                                std::pair{std::string("$store"), std::to_string(store)}};
  for (auto const& [name, value] : names) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

/// Where an entry stands in its rule, and a port in its entry: equal for rules that try the same.
struct Listing {
  std::size_t entries = 0;  // that list it
  bool first = false;       // the entry is the first of the rule
  bool last = false;
  bool at_low = false;
  bool at_high = false;
};

Listing listing_of(wire::ValidPorts const& rule, std::string_view server, std::uint16_t port) {
  Listing listing;
  auto const host = wire::canonical_server_name(server);
  auto const& rules = rule.rules();
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].host == host && rules[i].low <= port && port <= rules[i].high) {
      listing = {listing.entries + 1, i == 0, i + 1 == rules.size(), rules[i].low == port,
                 rules[i].high == port};
    }
  }
  return listing;
}

std::string why_no_port(Target const& target, wire::ValidPorts const& rule, Refused what) {
  auto const server = listed_server(target, rule);
  if (server.empty()) {
    return "needs --server-name: a name of the servers that the stated valid_ports lists";
  }
  if (entries_of(rule, server).empty()) {
    return "the stated valid_ports does not list the servers' name " + server;
  }
  if (!refused_ports(rule, server, what).empty()) {
    return {};
  }
  return what == Refused::port ? "the stated valid_ports lists every port of " + server
         : what == Refused::port_below_range
             ? "the stated valid_ports lists the ports of " + server + " from the first one"
             : "the stated valid_ports lists the ports of " + server + " up to the last one";
}

std::string why_no_server(Target const& target, wire::ValidPorts const& rule) {
  if (is_on_loopback(target)) {
    return {};
  }
  // Towards another machine our only other name is our address.
  auto const& rules = rule.rules();
  auto const bound = bound_address(target);
  auto const lists_ours =
      !bound.empty() ? rule.allows(bound, Port(target.backend_ports.front()))
                     : target.server_name == "auto" || is_address(target.server_name) ||
                           std::any_of(rules.begin(), rules.end(),
                                       [](Rule const& entry) { return is_address(entry.host); });
  return lists_ours ? "needs a name of the servers that the stated valid_ports does not list"
                    : std::string();
}

}  // namespace

std::string bound_address(Target const& target) {
  auto const& bind = target.backend_bind;
  auto const says_one = is_address(bind) && bind != "0.0.0.0" && bind != "::";
  return says_one ? bind : std::string();
}

bool is_on_loopback(Target const& target) {
  return std::all_of(target.urls.begin(), target.urls.end(),
                     [](Url const& url) { return net::is_loopback(url.host); });
}

std::optional<Refused> parse_refused(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Refused>, 4> kNames = {
      {{"port", Refused::port},
       {"port-below-range", Refused::port_below_range},
       {"port-above-range", Refused::port_above_range},
       {"server", Refused::server}}};
  auto const* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [&](auto const& each) { return each.first == name; });
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Refused> asks_for_refused(scenario::v1::Scenario const& scenario,
                                        Target const& target) {
  if (target.topology == Topology::embedded) {
    return std::nullopt;
  }
  for (auto const& need : scenario.needs()) {
    if (need.starts_with(kRefused)) {
      return parse_refused(std::string_view(need).substr(kRefused.size()));
    }
  }
  return std::nullopt;
}

std::vector<std::uint16_t> refused_ports(wire::ValidPorts const& rule,
                                         std::string_view server,
                                         Refused what) {
  std::vector<std::uint16_t> ports;
  if (what == Refused::port) {
    for (auto const step : {4096U, 997U, 1U}) {
      add_apart(rule, server, step, ports);
    }
    return ports;
  }
  if (what == Refused::server) {
    return ports;
  }
  for (auto const& entry : entries_of(rule, server)) {
    auto const next = what == Refused::port_below_range ? entry.low - 1 : entry.high + 1;
    auto const fits = 1 <= next && next <= static_cast<int>(kLastPort);
    auto const port = static_cast<std::uint16_t>(next);
    if (fits && !rule.allows(server, Port(port)) && ports.size() < kMostPorts) {
      ports.push_back(port);
    }
  }
  return ports;
}

std::string listed_server(Target const& target, wire::ValidPorts const& rule) {
  if (target.server_name != "auto") {
    return target.server_name;
  }
  if (is_on_loopback(target) && target.backend_bind == "auto") {
    return {};
  }
  auto const& rules = rule.rules();
  auto const ours = std::find_if(rules.begin(), rules.end(),
                                 [](Rule const& entry) { return is_address(entry.host); });
  return ours == rules.end() ? std::string() : ours->host;
}

std::string why_not_refused(Target const& target, wire::ValidPorts const& rule, Refused what) {
  if (target.topology == Topology::live) {
    return "needs servers of ours behind the proxy";
  }
  if (target.backend_at) {
    return "needs one more listener beside the servers, which are elsewhere (--backend-at)";
  }
  return what == Refused::server ? why_no_server(target, rule) : why_no_port(target, rule, what);
}

bool lists_likewise(Target const& target,
                    wire::ValidPorts const& rule,
                    std::string const& scenario) {
  auto const server = listed_server(target, rule);
  auto const store = target.backend_ports.front();
  auto const wanted = wire::ValidPorts::parse(with_values(scenario, server, store));
  if (server.empty() || !wanted) {
    return false;
  }
  auto const has = listing_of(rule, server, store);
  auto const wants = listing_of(*wanted, server, store);
  if (has.entries != 1) {  // with several, one that is passed over does not show
    return false;
  }
  return wanted->rules().size() == 1
             ? has.at_low == wants.at_low && has.at_high == wants.at_high
             : rule.rules().size() > 1 && has.first == wants.first && has.last == wants.last;
}

}  // namespace rpchspec::targets
