// What a run left, and which of it a caller may have.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/agent/supervisor/outcome.hpp"
#include "harness/agent/supervisor/run.hpp"

namespace rpchspec::supervisor {

struct RunFile {
  std::string name;  // below the run's reports, with '/' between
  std::filesystem::path path;
};

/// Regular files alone: what is a link, or leads out of the folder, is none of them. invalid: the
/// case is no id; not_found: there is no such file (yet).
[[nodiscard]] Outcome<std::vector<RunFile>> files_of(RunFolder const& folder,
                                                     api::FetchRequest const& request);

}  // namespace rpchspec::supervisor
