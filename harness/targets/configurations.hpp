// Several configurations of one target: the same proxy, started or reconfigured with other facts.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/config.hpp"

namespace rpchspec::targets {

/// True for a key of a target that its configurations may say otherwise: what describes the proxy,
/// its start and the way to it, and not its topology or what is run.
[[nodiscard]] bool differs_by_configuration(std::string_view key);
[[nodiscard]] std::vector<std::string> configuration_keys();

/// Why this can't name a configuration, which names files, too; empty: it can.
[[nodiscard]] std::string unfit_name(std::string const& name);

/// The target under one of its configurations. What the configuration says holds against the target
/// and the command line; where it says no address, free ports that the first one got are kept.
/// @param said   settings of the target before `complete`.
/// @param first  the target after it, with its ports settled.
/// @return bad_value with the configuration's name and what does not go together.
[[nodiscard]] Result<Target> configured(Settings said,
                                        Target const& first,
                                        std::pair<std::string, ConfigEntry> const& configuration);

}  // namespace rpchspec::targets
