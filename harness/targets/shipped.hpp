// Targets that come with the program: well-known HTTP fronts, described in fronts/targets.yaml.

#pragma once

#include <filesystem>

#include "harness/targets/config.hpp"

namespace rpchspec::targets {

/// fronts/targets.yaml beside the program or in its sources; $RPCHSPEC_TARGETS names another
/// folder. Empty: it is nowhere.
[[nodiscard]] std::filesystem::path shipped_file();

/// The shipped targets; empty where the file is missing. Errors are those of load_config.
[[nodiscard]] tl::expected<Config, ConfigErrors> load_shipped();

}  // namespace rpchspec::targets
