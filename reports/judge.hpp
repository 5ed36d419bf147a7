// A case's verdict as a pure function of its scenario and its journal.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "model/requirements.hpp"
#include "model/scenario.pb.h"
#include "model/verdict.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::reports {

/// What Finished.error says of a case that its watchdog ended. What was judged before that stands:
/// a failure stays one, and only a case without any is `error`.
inline constexpr std::string_view kEndedByWatchdog = "the case's watchdog ended it";

struct JudgeOptions {
  std::string rerun;                     // the command that repeats only this case
  bool strict = false;                   // -S: warn becomes fail
  std::uint32_t lag_threshold_ms = 250;  // lag guard: the harness may be this late at most
  bool lag_is_error = false;             // set for the retry: a case that lagged again is `error`
};

struct Judgement {
  model::CaseResult result;
  bool lagged = false;            // a Note said more than the threshold: repeat the case, alone
  std::uint32_t lag_ms = 0;       // the largest lag noted
  std::uint32_t connections = 0;  // of the client
  bool interrupted = false;       // the journal has no whole Finished record
};

/// Reads the journal once: expectations, monitors, failed steps, lag. An unreadable journal is a
/// case with verdict `error`.
[[nodiscard]] Judgement judge(scenario::v1::Scenario const& scenario,
                              std::filesystem::path const& journal,
                              model::RequirementRegistry const& registry,
                              JudgeOptions const& options = {});
[[nodiscard]] Judgement judge(scenario::v1::Scenario const& scenario,
                              ByteView journal,
                              model::RequirementRegistry const& registry,
                              JudgeOptions const& options = {});

/// A case that was not executed: not_run, skip, blocked or error, with the reason.
[[nodiscard]] model::CaseResult unexecuted(scenario::v1::Scenario const& scenario,
                                           model::Verdict verdict,
                                           std::string reason,
                                           std::string rerun = {});

}  // namespace rpchspec::reports
