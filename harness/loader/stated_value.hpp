// Values of a scenario that follow a fact of the proxy: "$connection_timeout+2s".

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.pb.h"

namespace rpchspec::loader {

/// What a value may follow, as a case or a target says it.
struct FactValues {
  std::map<std::string, std::uint64_t, std::less<>> quantities;  // nanoseconds, or bytes
  std::vector<std::string> auth;  // schemes that a 401 offers, "ntlm"
};

/// The names of facts that a value may follow: durations and sizes of `proxy`, and "auth".
[[nodiscard]] std::vector<std::string> const& followed_facts();

/// The value names such a fact behind a '$'.
[[nodiscard]] bool follows_a_fact(std::string_view value);

/// What the scenario's own configuration makes of them.
[[nodiscard]] FactValues values_of(scenario::v1::ProxyNeeds const& proxy);

/// Puts one value in its place: of a duration or a size "$NAME", "*N" or "/N" behind it, and then
/// "+V" or "-V"; of text each "$NAME", in milliseconds or bytes; of a list of schemes "$auth".
/// @return why it cannot be; empty: it is there.
[[nodiscard]] std::string put(scenario::v1::Scenario& scenario,
                              scenario::v1::StatedValue const& stated,
                              FactValues const& values);

/// Puts all that follow facts in place. What has no value keeps what stands there.
void put_all(scenario::v1::Scenario& scenario, FactValues const& values);

}  // namespace rpchspec::loader
