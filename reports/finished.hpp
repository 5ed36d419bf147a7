// finished.jsonl: what is known of the cases of a run that is under way, a line each, so that a run
// that was killed can be reported on. It is gone when results.json is complete.

#pragma once

#include <cstdint>
#include <istream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/verdict.hpp"
#include "protocol/base/error.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::reports {

inline constexpr char const* kFinishedFile = "finished.jsonl";

/// What the reports of a run need and results.json does not say.
struct RunNotes {
  std::string suite_name{};
  std::vector<std::string> files{};  // scenarios outside the suite
  std::vector<Waiver> waivers{};
  bool strict = false;
};

/// The first line, with its end.
[[nodiscard]] std::string notes_line(RunNotes const& notes);

/// One case, with its observations, and the line's end.
[[nodiscard]] std::string finished_line(model::CaseResult const& result);

struct Finished {
  RunNotes notes;
  std::vector<model::CaseResult> cases;                   // as add_case() puts them together
  std::set<std::pair<std::string, std::uint32_t>> noted;  // id and repetition of each line
};

/// A last line that is not whole (the harness died) is passed over.
/// @return bad_syntax with the line's number for any other line that is none of these.
[[nodiscard]] Result<Finished> read_finished(std::istream& from);

}  // namespace rpchspec::reports
