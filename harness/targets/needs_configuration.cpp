#include "harness/targets/needs_configuration.hpp"

#include <algorithm>

#include "harness/targets/as_stated.hpp"
#include "model/scalars.hpp"

namespace rpchspec::targets {
namespace {

using scenario::v1::ProxyNeeds;

/// So much goes through a proxy only where somebody said that it may.
constexpr std::uint64_t kMostUnasked = std::uint64_t{64} << 20;  // bytes

std::string_view name_of(scenario::v1::Scheme scheme) {
  return scheme == scenario::v1::NTLM        ? "ntlm"
         : scheme == scenario::v1::NEGOTIATE ? "negotiate"
                                             : "basic";
}

/// A fact's name, and the value that is needed as it is written.
struct Written {
  std::string name;
  std::string value;
};

/// A fact that must have this value.
template <class T>
void check_fact(Written const& fact,
                std::optional<T> const& stated,
                T const& needed,
                Lacks& lacks) {
  auto const what = "needs a proxy with " + fact.name + "=" + fact.value;
  if (!stated) {
    lacks.push_back({what + "; the fact is not given", fact.name});
  } else if (!(*stated == needed)) {
    lacks.push_back({what, {}});
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

/// The schemes that the proxy has to offer, so that this case can be played.
std::vector<std::string_view> schemes_for(scenario::v1::Scenario const& scenario) {
  auto const& needs = scenario.proxy();
  auto wanted = std::vector<std::string_view>();
  if (is_stated_in_needs(scenario, "auth")) {  // those of `proxy` are for the embedded one
    if (scenario.client().auth() != scenario::v1::USUAL) {
      wanted.push_back(name_of(scenario.client().auth()));
    }
    return wanted;
  }
  if (needs.basic_auth()) {
    wanted.push_back("basic");
  }
  for (auto const scheme : needs.auth()) {
    wanted.push_back(name_of(static_cast<scenario::v1::Scheme>(scheme)));
  }
  return wanted;
}

void check_authentication(scenario::v1::Scenario const& scenario,
                          Target const& target,
                          Lacks& lacks) {
  auto const& needs = scenario.proxy();
  auto const& offered = target.facts.auth;
  auto const wanted = schemes_for(scenario);
  if (needs.challenges() != ProxyNeeds::LINES) {
    lacks.push_back({"needs a proxy that the harness configures", {}});
    return;
  }
  for (auto const name : wanted) {
    auto const what = "needs a proxy with auth=" + std::string(name);
    if (offered.empty()) {
      lacks.push_back({what + "; the fact is not given", "auth"});
    } else if (std::find(offered.begin(), offered.end(), *parse_auth(name)) == offered.end()) {
      lacks.push_back({what, {}});
    }
  }
  if (!wanted.empty() && !offered.empty() && target.user.empty()) {
    lacks.push_back({"needs --user and a password", {}});
  }
  if (needs.extended_protection() != ProxyNeeds::IGNORED) {
    auto const text = needs.extended_protection() == ProxyNeeds::REQUIRED ? "require" : "allow";
    check_fact({"extended_protection", text}, target.facts.extended_protection, std::string(text),
               lacks);
  }
}

void check_limits(ProxyNeeds const& needs, Facts const& facts, Lacks& lacks) {
  if (needs.has_connection_timeout()) {
    check_fact({"connection_timeout", text_of(needs.connection_timeout())},
               facts.connection_timeout, to_duration(needs.connection_timeout()), lacks);
  }
  if (needs.has_idle_timeout()) {
    check_fact({"idle_timeout", text_of(needs.idle_timeout())}, facts.idle_timeout,
               to_duration(needs.idle_timeout()), lacks);
  }
  if (needs.receive_window() != 0) {
    check_fact({"receive_window", model::size_text(needs.receive_window())}, facts.receive_window,
               static_cast<std::uint32_t>(needs.receive_window()), lacks);
  }
  if (needs.channel_lifetime() != 0) {
    check_fact({"channel_lifetime", model::size_text(needs.channel_lifetime())},
               facts.channel_lifetime, static_cast<std::uint32_t>(needs.channel_lifetime()), lacks);
  }
  if (needs.ping_traffic_threshold() != 0) {
    check_fact({"ping_traffic_threshold", model::size_text(needs.ping_traffic_threshold())},
               facts.ping_traffic_threshold,
               static_cast<std::uint32_t>(needs.ping_traffic_threshold()), lacks);
  }
}

/// Where `needs` names a fact, its value in `proxy` is for a proxy of ours.
ProxyNeeds of_foreign(scenario::v1::Scenario const& scenario) {
  auto needs = scenario.proxy();
  auto const& reflection = *needs.GetReflection();
  std::vector<google::protobuf::FieldDescriptor const*> present;
  reflection.ListFields(needs, &present);
  for (auto const* field : present) {
    if (is_stated_in_needs(scenario, field->name())) {
      reflection.ClearField(&needs, field);
    }
  }
  return needs;
}

/// What fills a channel of this size goes through only where somebody said that it may.
void check_volume(scenario::v1::Scenario const& scenario, Facts const& facts, Lacks& lacks) {
  auto const lifetime = scenario.proxy().channel_lifetime();
  if (lifetime >= kMostUnasked && facts.probed.contains("channel_lifetime")) {
    lacks.push_back({"uses up a channel of " + model::size_text(lifetime) +
                         ", which channel_lifetime has to be stated for",
                     "channel_lifetime"});
  }
}

}  // namespace

void check_configuration(scenario::v1::Scenario const& scenario,
                         Target const& target,
                         Lacks& lacks) {
  auto const needs = of_foreign(scenario);
  auto const& facts = target.facts;
  if (needs.refuses_to_load()) {
    lacks.push_back({"needs a proxy that the harness configures", {}});
  }
  if (needs.allow_anonymous() != ProxyNeeds::UNSET) {
    auto const on = needs.allow_anonymous() == ProxyNeeds::ON;
    check_fact({"allow_anonymous", on ? "true" : "false"}, facts.allow_anonymous, on, lacks);
  }
  check_volume(scenario, facts, lacks);
  check_limits(needs, facts, lacks);
  check_authentication(scenario, target, lacks);
}

void check_upstream(ProxyNeeds const& needs, Target const& target, Lacks& lacks) {
  if (needs.alpn_size() != 0 && target.upstream_tls.empty()) {
    lacks.push_back(
        {"has something to choose only over TLS towards the upstream (--upstream-tls)", {}});
  }
  if (needs.refuses_to_load()) {
    lacks.push_back({"needs an RPC proxy that is under test itself", {}});
  }
  // Where a scenario names schemes, our upstream takes credentials over plain HTTP, too.
  auto const may_be_plain =
      !target.upstream_tls.empty() || needs.auth_size() != 0 || needs.tls() == ProxyNeeds::OFF;
  if (needs.allow_anonymous() == ProxyNeeds::OFF && !may_be_plain) {
    lacks.push_back({"needs TLS towards the upstream (--upstream-tls)", {}});
  }
}

}  // namespace rpchspec::targets
