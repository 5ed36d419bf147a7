// The program that a target starts: whether it is there, and which version it is.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/targets/target.hpp"

namespace rpchspec::targets {

/// Where it is: on PATH, in /usr/local/sbin, /usr/sbin or /sbin. Empty: nowhere.
[[nodiscard]] std::optional<std::filesystem::path> find_program(std::string const& name);

/// Why the target cannot be started here, with the package that would help; empty: it can be.
[[nodiscard]] std::string why_absent(Program const& program);

/// The first line that the version command prints within 10 s; empty: it has none, or none came.
/// @param log  file for its output; it is removed.
[[nodiscard]] std::string version_of(Program const& program, std::filesystem::path const& log);

}  // namespace rpchspec::targets
