// results.json of an earlier run.

#pragma once

#include <filesystem>

#include "model/verdict.hpp"

namespace rpchspec::cli {

/// Reads DIR/results.json, or the file itself. @throws UsageError: it is not there, or no such
/// file.
[[nodiscard]] model::RunResult read_results(std::filesystem::path const& place);

}  // namespace rpchspec::cli
