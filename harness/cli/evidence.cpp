#include "harness/cli/evidence.hpp"

#include <fstream>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "reports/events.hpp"
#include "reports/evidence.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;
using model::CaseResult;

struct Shard {
  fs::path folder;
  reports::CasesById cases;
};

/// Where the case was that the merged result tells of; empty: its evidence was not kept.
fs::path source_of(CaseResult const& result, std::vector<Shard> const& shards) {
  for (auto const& [place, cases] : shards) {
    auto const known = cases.find(result.id);
    auto const holds = known != cases.end() && known->second->verdict == result.verdict;
    auto folder = place / evidence_of(result);
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
  return fs::path("cases") / reports::evidence_place(result);
}

void gather_evidence(fs::path const& out,
                     model::RunResult const& merged,
                     std::vector<Place> const& places) {
  std::vector<Shard> shards;
  shards.reserve(places.size());
  for (auto const& place : places) {
    shards.push_back({place.folder, reports::cases_by_id(*place.run)});
  }
  std::ofstream events(out / "events.jsonl", std::ios::binary | std::ios::trunc);
  for (auto const& result : merged.cases) {
    auto const from = source_of(result, shards);
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
