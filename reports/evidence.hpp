// Where a run keeps the evidence of its cases: cases/<id>/, and cases/<id>~2/ of a second time.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// A journal that was kept.
struct KeptJournal {
  std::string place;  // its folder below cases/
  std::filesystem::path file;

  /// Repetitions, and what ran under another configuration, have more behind it in `place`.
  [[nodiscard]] std::string_view case_id() const {
    return std::string_view(place).substr(0, place.find('~'));
  }
};

/// Those of the run in this folder, by place; what cannot be read is not among them. Nothing is
/// looked up by an id: that may come from a results.json of somebody else.
[[nodiscard]] std::vector<KeptJournal> kept_journals(std::filesystem::path const& run);

/// The folder below cases/ of a case: "<id>", "<id>~2" for the second repetition (0: it runs once),
/// and "<id>~locked" or "<id>~2~locked" of what runs under another configuration, too.
[[nodiscard]] std::string evidence_place(std::string const& id,
                                         std::uint32_t repetition,
                                         std::string const& configuration = {});

/// The same, of what the result tells.
[[nodiscard]] std::string evidence_place(model::CaseResult const& result);

}  // namespace rpchspec::reports
