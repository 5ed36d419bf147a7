// The proxy of one case, where that is ours: its configuration, and whom it lets in.

#pragma once

#include <map>
#include <string>

#include "harness/actors/client_target.hpp"
#include "harness/engine/case_run.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::engine {

/// The embedded proxy's configuration: AllowAnonymous on, unless the scenario asks otherwise.
/// @param ports  the servers' actual ones: "$store" and the like in valid_ports stand for them.
[[nodiscard]] Result<proxy::ProxyConfig> proxy_config(
    Surroundings const& surroundings,
    CaseOrder const& order,
    std::map<std::string, std::uint16_t> const& ports);

/// User and password of scenarios that need authentication, and how the client shows them.
[[nodiscard]] actors::Credentials test_credentials(scenario::v1::ProxyNeeds const& needs);

/// The scenario has a proxy that asks for credentials.
[[nodiscard]] bool asks_for_credentials(scenario::v1::ProxyNeeds const& needs);

}  // namespace rpchspec::engine
