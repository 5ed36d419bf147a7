// report.html: a run in one file that opens from disk, needs no network, and tells what matters
// also without scripts.

#pragma once

#include <cstddef>
#include <filesystem>
#include <ostream>
#include <vector>

#include "model/requirements.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

struct HtmlReport {
  model::RunResult const& run;
  model::RequirementRegistry const* registry = nullptr;  // null: requirements stand as ids alone
  std::vector<std::filesystem::path> folders = {};       // of the run, or its shards: cases/<id>/
  std::size_t evidence_bytes = std::size_t{24} << 20;    // of ladders and PDUs in the whole file
  std::size_t case_bytes = std::size_t{1} << 20;         // of one case's
};

/// Writes the page. Cases that are in trouble get a part of their own: first one of each finding,
/// the worst first, then the second of each, so that none is left without a ladder while another
/// has many. So does, while there is room, each other case whose journal was kept. What does not
/// fit is named with its place on disk; a journal that cannot be read is said to be so. Memory: one
/// case at a time.
/// @return io, where the stream fails.
[[nodiscard]] Result<void> write_html(std::ostream& to, HtmlReport const& report);

}  // namespace rpchspec::reports
