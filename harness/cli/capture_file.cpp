#include "harness/cli/capture_file.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "reports/capture.hpp"
#include "reports/evidence.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;

/// What became of a case is not known where the run was killed.
reports::CapturedCase captured(reports::KeptJournal const& kept, reports::CasesById const& cases) {
  auto const found = cases.find(kept.case_id());
  return found == cases.end() ? reports::CapturedCase{kept.place}
                              : reports::captured(kept.place, *found->second);
}

void write(fs::path const& file,
           std::vector<reports::KeptJournal> const& evidence,
           model::RunResult const& run) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  reports::Capture capture(out, RPCHSPEC_VERSION);
  auto const cases = reports::cases_by_id(run);
  for (auto const& each : evidence) {
    (void)capture.add(captured(each, cases), each.file);
  }
  if (!out.flush()) {
    throw StartError{"cannot write " + file.string()};
  }
}

}  // namespace

bool write_capture(fs::path const& file,
                   std::vector<std::string> const& places,
                   model::RunResult const& run) {
  std::vector<reports::KeptJournal> evidence;
  for (auto const& place : places) {
    for (auto& each : reports::kept_journals(place)) {
      evidence.push_back(std::move(each));
    }
  }
  if (!evidence.empty()) {
    write(file, evidence, run);
  }
  return !evidence.empty();
}

bool write_capture(fs::path const& file,
                   std::string const& place,
                   model::CaseResult const& result) {
  auto evidence = reports::kept_journals(place);
  std::erase_if(evidence, [&](auto const& each) { return each.case_id() != result.id; });
  model::RunResult run;
  run.cases.push_back(result);
  if (!evidence.empty()) {
    write(file, evidence, run);
  }
  return !evidence.empty();
}

}  // namespace rpchspec::cli
