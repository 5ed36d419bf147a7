// What a run says on the terminal, as pure functions.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

enum class Colour { off, on };

struct Estimate {
  std::size_t cases = 0;
  double seconds = 0;       // wall time
  std::uint64_t bytes = 0;  // over the wire
  std::size_t jobs = 1;
  bool embedded = false;     // no target: says so, first
  std::string target{};      // "http://gw.example:8080 (rpc-proxy)"
  std::size_t alone = 0;     // of the cases: those that run while no other does
  double alone_seconds = 0;  // what of `seconds` is theirs
};

/// "Testing the embedded reference proxy, because no target is given.\n112 cases, about 1 min 42 s,
/// 14 MiB, 64 at a time, 3 of them alone (2.1 s)\n"
[[nodiscard]] std::string estimate_text(Estimate const& estimate);

/// "PASS  reset/server-out-end@tcp-rst  0.41 s": one line a case, where there is no TTY.
[[nodiscard]] std::string progress_line(model::CaseResult const& result, Colour colour);

struct Running {
  std::string id;
  double for_s = 0;
};

/// What the live block and the heartbeat line show.
struct LiveState {
  std::map<model::Verdict, std::size_t> counts;
  std::size_t total = 0;
  double elapsed_s = 0;
  double left_s = 0;  // estimated; 0: not known
  std::vector<Running> running;
  bool writing = false;  // all cases are done, the reports are not
};

/// At most `rows` lines, each cut at `columns`; ends with a line end. The caller moves the cursor.
[[nodiscard]] std::string live_block(LiveState const& state,
                                     Colour colour,
                                     std::size_t columns,
                                     std::size_t rows = 6);

/// One line for logs, every 30 s.
[[nodiscard]] std::string heartbeat(LiveState const& state);

/// Required, expected, seen in three lines; then where, and the command that repeats only it.
/// @param text  of the requirement, from the registry; may be empty.
[[nodiscard]] std::string finding_block(model::Finding const& finding,
                                        std::string_view text,
                                        std::string_view where,
                                        Colour colour);

/// Why a case was skipped, in a form that can be counted.
struct SkipReason {
  std::string case_id;
  std::string reason;  // in words
  std::string fact;    // which would run it, with the value that runs most; empty: none alone does
};

/// "24 skipped; `receive_window` would run up to 9 of them"; empty without skips.
[[nodiscard]] std::string skip_text(std::vector<SkipReason> const& skipped);

struct FinalFacts {
  std::vector<SkipReason> skipped{};
  std::vector<std::string> warnings{};  // of waivers and the like
  std::string results{};                // path of the results
  std::size_t missing_shards = 0;
  int exit_code = 0;
};

/// Findings in brief, what is left to say of single cases, what the proxy chose, counts, skips,
/// path.
[[nodiscard]] std::string summary_text(model::RunResult const& run,
                                       FinalFacts const& facts,
                                       Colour colour);

/// `rpchspec report`: everything a results.json says, as text.
[[nodiscard]] std::string report_text(model::RunResult const& run,
                                      FinalFacts const& facts,
                                      Colour colour);

/// "::error title=...::..." for a finding: one annotation a cause, not a case.
[[nodiscard]] std::string github_annotation(model::Finding const& finding);
[[nodiscard]] std::string github_annotations(model::RunResult const& run);

/// "41 ms", "0.41 s", "2.1 s", "1 min 42 s", "2 h 5 min".
[[nodiscard]] std::string duration_text(double seconds);

/// "512 B", "14 MiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace rpchspec::reports
