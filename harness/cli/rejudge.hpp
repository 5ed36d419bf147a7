// The reports of a judging fixture that was killed, from the journal that it left.

#pragma once

#include <filesystem>
#include <string>

namespace rpchspec::cli {

/// Where `up --judge` did not end, and its process is gone: writes results.json and junit.xml of
/// what its journal holds, with "complete": false. The same again gives the same.
/// @return one line for people; empty: there was nothing to rebuild.
/// @throws StartError: it cannot be read or written.
[[nodiscard]] std::string rejudge(std::filesystem::path const& folder);

}  // namespace rpchspec::cli
