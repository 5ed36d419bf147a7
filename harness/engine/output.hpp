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

#include "harness/engine/ledger.hpp"
#include "harness/engine/reserve.hpp"
#include "harness/engine/run.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"
#include "reports/capture.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::engine {

/// Writes one file whole: to a neighbour first, then renamed over it.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file, std::string const& text);

/// The same for one that is too large to be held: `write` is given the stream.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file,
                                      std::function<Result<void>(std::ostream& to)> const& write);

/// The folder below `out` in which `explore` plays. What a killed one left there goes with the next
/// run of ours.
inline constexpr char const* kExploring = "exploring";

/// Removes what an earlier run of ours left in a folder, and nothing else.
void remove_earlier(std::filesystem::path const& folder);

inline constexpr char const* kCaptureFile = "capture.pcapng";
/// Takes up the room on the disk that the last reports will need.
inline constexpr char const* kReserveFile = ".reserve";

class Output {
 public:
  explicit Output(RunRequest const& request) : request_(request) {}

  /// Makes the folder, where no other run is writing, removes what an earlier run of ours left
  /// there, and writes a results.json that says "complete": false.
  [[nodiscard]] Result<void> open(model::RunResult const& begun);

  /// cases/<id>; not made yet.
  [[nodiscard]] std::filesystem::path case_directory(std::string const& id) const;

  /// Writes what is planned, sets room apart for the last reports, and begins finished.jsonl.
  /// @param planned  every case as not-run or skip.
  [[nodiscard]] Result<void> plan(model::RunResult const& planned);

  /// Notes that a case is done, its ladder, its events and its packets; drops its journal where no
  /// evidence is wanted. What cannot be written whole is not there.
  [[nodiscard]] Result<void> add_case(model::CaseResult const& result,
                                      std::filesystem::path const& journal);

  /// summary.md, report.html, junit.xml and its copy, and at last results.json. The page has as
  /// much evidence as the disk has room for.
  [[nodiscard]] Result<void> close(model::RunResult const& run);

  [[nodiscard]] std::filesystem::path results() const { return request_.out / "results.json"; }

 private:
  [[nodiscard]] Result<void> write_page(model::RunResult const& run, std::size_t evidence) const;
  [[nodiscard]] Result<void> write_page_and_results(model::RunResult const& run,
                                                    std::string const& json);
  [[nodiscard]] Result<void> add_evidence(model::CaseResult const& result,
                                          std::filesystem::path const& journal);
  [[nodiscard]] Result<void> add_log(std::filesystem::path const& journal);
  [[nodiscard]] Result<void> add_packets(reports::CapturedCase const& captured,
                                         std::filesystem::path const& journal);

  RunRequest const& request_;
  std::ofstream capture_file_;
  std::optional<reports::Capture> capture_;
  Ledger finished_;
  Reserve reserve_;
};

/// Appends a case's journal to events.jsonl: all its lines, or none.
[[nodiscard]] Result<void> append_events(std::filesystem::path const& events,
                                         std::string const& id,
                                         std::filesystem::path const& journal);

/// The waivers of a target, as the reports take them.
[[nodiscard]] std::vector<reports::Waiver> waivers_of(targets::Target const& target);

}  // namespace rpchspec::engine
