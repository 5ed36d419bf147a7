#include "harness/cli/evidence.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "reports/events.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;
using model::CaseResult;

/// Where the case was that the merged result tells of; empty: its evidence was not kept.
fs::path source_of(CaseResult const& result, std::vector<Place> const& places) {
  for (auto const& place : places) {
    auto const& cases = place.run->cases;
    auto const holds = std::any_of(cases.begin(), cases.end(), [&](CaseResult const& each) {
      return each.id == result.id && each.verdict == result.verdict;
    });
    auto folder = place.folder / evidence_of(result);
    std::error_code ignored;
    if (holds && fs::is_directory(folder, ignored)) {
      return folder;
    }
  }
  return {};
}

void copy_files(fs::path const& from, fs::path const& to) {
  std::error_code code;
  fs::create_directories(to, code);
  for (auto const& entry : fs::directory_iterator(from, code)) {
    if (entry.is_regular_file(code) && !code) {  // a folder there is another case's
      fs::copy_file(entry.path(), to / entry.path().filename(),
                    fs::copy_options::overwrite_existing, code);
    }
    if (code) {
      break;
    }
  }
  if (code) {
    throw StartError{
        fmt::format("cannot copy {} to {}: {}", from.string(), to.string(), code.message())};
  }
}

}  // namespace

fs::path evidence_of(CaseResult const& result) {
  auto const suffix = result.repetition == 0 ? "" : fmt::format("~{}", result.repetition);
  return fs::path("cases") / (result.id + suffix);
}

void gather_evidence(fs::path const& out,
                     model::RunResult const& merged,
                     std::vector<Place> const& places) {
  std::ofstream events(out / "events.jsonl", std::ios::binary | std::ios::trunc);
  for (auto const& result : merged.cases) {
    auto const from = source_of(result, places);
    if (from.empty()) {
      continue;
    }
    auto const to = out / evidence_of(result);
    std::error_code code;
    if (!fs::equivalent(from, to, code)) {
      copy_files(from, to);
    }
    static_cast<void>(reports::write_events(events, result.id, to / "journal.bin"));
  }
  if (!events.flush()) {
    throw StartError{"cannot write " + (out / "events.jsonl").string()};
  }
}

}  // namespace rpchspec::cli
