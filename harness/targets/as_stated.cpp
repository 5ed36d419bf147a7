#include "harness/targets/as_stated.hpp"

#include <algorithm>

#include "harness/loader/stated_value.hpp"

namespace rpchspec::targets {
namespace {

namespace scn = scenario::v1;

void add(std::string const& name,
         std::optional<Duration> const& stated,
         loader::FactValues& values) {
  if (stated) {
    auto const ns = std::chrono::duration_cast<std::chrono::nanoseconds>(*stated).count();
    values.quantities[name] = static_cast<std::uint64_t>(ns);
  }
}

void add(std::string const& name,
         std::optional<std::uint32_t> const& stated,
         loader::FactValues& values) {
  if (stated) {
    values.quantities[name] = *stated;
  }
}

loader::FactValues values_of(Facts const& facts) {
  loader::FactValues values;
  add("connection_timeout", facts.connection_timeout, values);
  add("idle_timeout", facts.idle_timeout, values);
  add("receive_window", facts.receive_window, values);
  add("channel_lifetime", facts.channel_lifetime, values);
  add("ping_traffic_threshold", facts.ping_traffic_threshold, values);
  for (auto const scheme : facts.auth) {
    values.auth.emplace_back(to_string(scheme));
  }
  return values;
}

/// That the case is for.
scn::Scheme scheme_of(scn::ProxyNeeds const& needs) {
  return needs.auth_size() != 0 ? needs.auth(0) : needs.basic_auth() ? scn::BASIC : scn::USUAL;
}

}  // namespace

bool is_configured_by_us(Topology topology) {
  return topology == Topology::embedded || topology == Topology::http_front;
}

bool is_stated_in_needs(scn::Scenario const& scenario, std::string_view fact) {
  auto const& needs = scenario.needs();
  return std::any_of(needs.begin(), needs.end(), [&](std::string_view need) {
    constexpr std::string_view kFact = "fact:";
    return need.starts_with(kFact) &&
           need.substr(kFact.size(), need.find('=') - kFact.size()) == fact;
  });
}

std::optional<scn::Scenario> as_stated(scn::Scenario const& scenario,
                                       Topology topology,
                                       Facts const& facts) {
  auto const& client = scenario.client();
  auto const scheme = client.auth() != scn::USUAL ? scn::USUAL : scheme_of(scenario.proxy());
  if (is_configured_by_us(topology) || (scenario.stated().empty() && scheme == scn::USUAL)) {
    return std::nullopt;
  }
  auto made = scenario;
  loader::put_all(made, values_of(facts));
  if (scheme != scn::USUAL) {
    made.mutable_client()->set_auth(scheme);
  }
  return made;
}

}  // namespace rpchspec::targets
