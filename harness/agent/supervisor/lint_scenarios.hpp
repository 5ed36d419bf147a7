// Scenarios of a request: written into the run's folder, and looked at by a process of their own.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/agent/supervisor/outcome.hpp"
#include "harness/agent/supervisor/run.hpp"

namespace rpchspec::supervisor {

/// Writes them where the run will look for them. unavailable: the disk refuses.
[[nodiscard]] Outcome<void> write_scenarios(api::RunRequest const& request,
                                            RunFolder const& folder);

/// What `rpchspec lint` says of them. Its memory and time are bounded: what is beyond them is a
/// problem of the scenarios.
[[nodiscard]] Outcome<api::ValidateReply> lint_scenarios(api::RunRequest const& request,
                                                         RunFolder const& folder,
                                                         SupervisorOptions const& options);

/// Lines of "FILE:LINE:COLUMN: TEXT" as problems; others are passed over. Of very many,
/// the first ones alone are kept, and the others counted.
[[nodiscard]] api::Problems problems_of(std::string_view lines, api::RunRequest const& request);

}  // namespace rpchspec::supervisor
