#include "harness/cli/capture_file.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "reports/capture.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;

struct Evidence {
  std::string id;  // its folder below cases/
  fs::path journal;

  /// Of the case: repetitions and what ran under another configuration have more behind it.
  [[nodiscard]] std::string_view case_id() const {
    return std::string_view(id).substr(0, id.find('~'));
  }
};

std::vector<Evidence> evidence_below(fs::path const& place) {
  std::vector<Evidence> found;
  std::error_code error;
  auto const cases = place / "cases";
  for (auto entry = fs::recursive_directory_iterator(cases, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() == "journal.bin") {
      auto const folder = entry->path().parent_path();
      found.push_back({folder.lexically_relative(cases).generic_string(), entry->path()});
    }
  }
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.id < b.id; });
  return found;
}

/// What became of a case is not known where the run was killed.
reports::CapturedCase captured(Evidence const& evidence, model::RunResult const& run) {
  auto const found = std::find_if(run.cases.begin(), run.cases.end(),
                                  [&](auto const& each) { return each.id == evidence.case_id(); });
  return found == run.cases.end() ? reports::CapturedCase{evidence.id}
                                  : reports::captured(evidence.id, *found);
}

void write(fs::path const& file,
           std::vector<Evidence> const& evidence,
           model::RunResult const& run) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  reports::Capture capture(out, RPCHSPEC_VERSION);
  for (auto const& each : evidence) {
    (void)capture.add(captured(each, run), each.journal);
  }
  if (!out.flush()) {
    throw StartError{"cannot write " + file.string()};
  }
}

}  // namespace

bool write_capture(fs::path const& file,
                   std::vector<std::string> const& places,
                   model::RunResult const& run) {
  std::vector<Evidence> evidence;
  for (auto const& place : places) {
    for (auto& each : evidence_below(place)) {
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
  auto evidence = evidence_below(place);
  std::erase_if(evidence, [&](auto const& each) { return each.case_id() != result.id; });
  model::RunResult run;
  run.cases.push_back(result);
  if (!evidence.empty()) {
    write(file, evidence, run);
  }
  return !evidence.empty();
}

}  // namespace rpchspec::cli
