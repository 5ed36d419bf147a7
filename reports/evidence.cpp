#include "reports/evidence.hpp"

#include <algorithm>
#include <system_error>

namespace rpchspec::reports {

namespace fs = std::filesystem;

std::vector<KeptJournal> kept_journals(fs::path const& run) {
  std::vector<KeptJournal> found;
  std::error_code error;
  auto const cases = run / "cases";
  for (auto entry = fs::recursive_directory_iterator(cases, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() == "journal.bin") {
      auto const folder = entry->path().parent_path();
      found.push_back({folder.lexically_relative(cases).generic_string(), entry->path()});
    }
  }
  std::sort(found.begin(), found.end(),
            [](KeptJournal const& a, KeptJournal const& b) { return a.place < b.place; });
  return found;
}

std::string evidence_place(std::string const& id,
                           std::uint32_t repetition,
                           std::string const& configuration) {
  return id + (repetition == 0 ? "" : "~" + std::to_string(repetition)) +
         (configuration.empty() ? "" : "~" + configuration);
}

std::string evidence_place(model::CaseResult const& result) {
  return evidence_place(result.id, result.repetition);
}

}  // namespace rpchspec::reports
