// Where the scenarios are at run time.

#pragma once

#include <filesystem>
#include <string>

#include "protocol/base/error.hpp"

namespace rpchspec::loader {

/// The folder that holds requirements.yaml: $RPCHSPEC_DATA; else beside the Python module that this
/// is a part of (scenarios); else beside the program, as installed (../share/rpchspec/scenarios) or
/// in a build tree (../../scenarios); else the source it was built from. not_found names the places
/// that were tried; a wrong $RPCHSPEC_DATA is not passed over.
[[nodiscard]] Result<std::filesystem::path> find_data_dir();

}  // namespace rpchspec::loader
