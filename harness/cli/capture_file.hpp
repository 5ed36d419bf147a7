// capture.pcapng made again from the journals of earlier runs.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::cli {

/// Writes the packets of every journal below PLACE/cases, in the order of their ids.
/// @return false: there was no journal, and nothing was written.
/// @throws StartError: the file cannot be written.
bool write_capture(std::filesystem::path const& file,
                   std::vector<std::string> const& places,
                   model::RunResult const& run);

/// The same for one case, with its repetitions.
bool write_capture(std::filesystem::path const& file,
                   std::string const& place,
                   model::CaseResult const& result);

}  // namespace rpchspec::cli
