// The files of a run: results.json, junit.xml, events.jsonl, cases/<id>/.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/engine/run.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::engine {

/// Writes one file whole: to a neighbour first, then renamed over it.
[[nodiscard]] Result<void> write_file(std::filesystem::path const& file, std::string const& text);

/// The folder below `out` in which `explore` plays. What a killed one left there goes with the next
/// run of ours.
inline constexpr char const* kExploring = "exploring";

class Output {
 public:
  explicit Output(RunRequest const& request) : request_(request) {}

  /// Makes the folder, removes what an earlier run of ours left there, and writes a results.json
  /// that says "complete": false.
  [[nodiscard]] Result<void> open(model::RunResult const& begun);

  /// cases/<id>; not made yet.
  [[nodiscard]] std::filesystem::path case_directory(std::string const& id) const;

  /// The ladder and the events of a case that is done; drops its journal where no evidence is
  /// wanted.
  void add_case(model::CaseResult const& result, std::filesystem::path const& journal);

  /// results.json, junit.xml and its copy.
  [[nodiscard]] Result<void> close(model::RunResult const& run);

  [[nodiscard]] std::filesystem::path results() const { return request_.out / "results.json"; }

 private:
  RunRequest const& request_;
};

}  // namespace rpchspec::engine
