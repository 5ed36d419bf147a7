#include "harness/targets/named_by.hpp"

#include <algorithm>

#include "harness/targets/needs_configuration.hpp"
#include "harness/targets/stated_rule.hpp"
#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::targets {
namespace {

constexpr std::string_view kCapitals = "capitals";
constexpr std::string_view kMixedLetters = "mixed_letters";
constexpr std::string_view kNetbiosName = "netbios_name";

bool is_host_name(std::string const& name) {
  auto const form = wire::server_name_form(name);
  return name != "auto" && form && *form == wire::ServerNameForm::name;
}

bool has_letter_case(std::string_view by) {
  return by == kCapitals || by == kMixedLetters;
}

/// "EXCH01", or "eXcH01": every second letter is one.
std::string in_case(std::string name, bool capitals) {
  auto capital = capitals;
  for (auto& c : name) {
    auto const small = static_cast<char>(c | 0x20);
    if (small < 'a' || small > 'z') {
      continue;
    }
    c = capital ? static_cast<char>(small ^ 0x20) : small;
    capital = capitals || !capital;
  }
  return name;
}

/// As the target says it, before its letters are changed.
std::string stated_name(std::string_view by, Target const& target) {
  auto const& facts = target.facts;
  if (by == kNetbiosName) {
    return facts.netbios_name.value_or("");
  }
  if (has_letter_case(by) && is_host_name(target.server_name)) {
    return target.server_name;
  }
  if (facts.host_name) {
    return *facts.host_name;
  }
  return is_host_name(target.server_name) ? target.server_name
         : has_letter_case(by)            ? facts.netbios_name.value_or("")
                                          : std::string();
}

}  // namespace

std::string name_of_servers(std::string_view by, Target const& target) {
  if (target.topology == Topology::embedded) {
    auto const capitals = by == kNetbiosName || by == kCapitals;
    return capitals ? "LOCALHOST" : by == kMixedLetters ? "LocalHost" : "localhost";
  }
  auto const name = stated_name(by, target);
  return has_letter_case(by) ? in_case(name, by == kCapitals) : name;
}

void check_name(scenario::v1::Scenario const& scenario, Target const& target, Lacks& lacks) {
  auto const& by = scenario.client().named_by();
  if (by.empty() || target.topology == Topology::embedded) {
    return;
  }
  auto const stated = stated_name(by, target);
  auto const name = name_of_servers(by, target);
  auto const& rule = target.facts.valid_ports;
  if (stated.empty()) {
    auto const fact = has_letter_case(by) ? "host_name" : by;
    lacks.push_back({"the fact " + fact + " is not given", fact});
  } else if (stated != target.server_name && target.server_name == "auto" &&
             target.backend_bind == "auto" && is_on_loopback(target)) {
    lacks.push_back(
        {"needs --backend-bind: the address of the servers that " + stated + " names", {}});
  } else if (has_letter_case(by) && name == stated) {
    lacks.push_back({"the servers' name, " + name + ", is written so already", {}});
  } else if (has_letter_case(by) && rule &&
             !rule->allows(name, Port(target.backend_ports.front()))) {
    lacks.push_back({"the stated valid_ports does not list the servers' name " + stated, {}});
  }
}

}  // namespace rpchspec::targets
