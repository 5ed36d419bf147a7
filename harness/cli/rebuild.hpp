// The reports of a run that was killed, from what it left.

#pragma once

#include <filesystem>
#include <string>

namespace rpchspec::cli {

/// Where a run did not end, and its process is gone: writes results.json and junit.xml of what had
/// finished, from finished.jsonl and the journals in cases/, with "complete": false.
///
/// A case whose verdict was noted keeps it; one whose journal is whole is judged anew; any other
/// that was selected is not-run. The same again gives the same.
/// @return one line for people; empty: there was nothing to rebuild.
/// @throws StartError: it cannot be written. UsageError: what is there is none of ours.
[[nodiscard]] std::string rebuild(std::filesystem::path const& folder);

}  // namespace rpchspec::cli
