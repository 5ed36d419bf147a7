// The files of a run: results.json, junit.xml, summary.md, report.html, events.jsonl,
// capture.pcapng, cases/<id>/.

#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "harness/engine/run.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"
#include "reports/capture.hpp"

namespace rpchspec::engine {

/// Writes one file whole: to a neighbour first, then renamed over it.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file, std::string const& text);

/// The same for one that is too large to be held: `write` is given the stream.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file,
                                      std::function<Result<void>(std::ostream& to)> const& write);

/// The folder below `out` in which `explore` plays. What a killed one left there goes with the next
/// run of ours.
inline constexpr char const* kExploring = "exploring";

inline constexpr char const* kCaptureFile = "capture.pcapng";

class Output {
 public:
  explicit Output(RunRequest const& request) : request_(request) {}

  /// Makes the folder, removes what an earlier run of ours left there, and writes a results.json
  /// that says "complete": false.
  [[nodiscard]] Result<void> open(model::RunResult const& begun);

  /// cases/<id>; not made yet.
  [[nodiscard]] std::filesystem::path case_directory(std::string const& id) const;

  /// The ladder, the events and the packets of a case that is done; drops its journal where no
  /// evidence is wanted.
  void add_case(model::CaseResult const& result, std::filesystem::path const& journal);

  /// summary.md, report.html, junit.xml and its copy, and at last results.json.
  [[nodiscard]] Result<void> close(model::RunResult const& run);

  [[nodiscard]] std::filesystem::path results() const { return request_.out / "results.json"; }

 private:
  RunRequest const& request_;
  std::ofstream capture_file_;
  std::optional<reports::Capture> capture_;
};

}  // namespace rpchspec::engine
