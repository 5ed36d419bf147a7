// A run's command line, from the typed fields of its request alone.

#pragma once

#include <string>
#include <vector>

#include "harness/agent/supervisor/outcome.hpp"
#include "harness/agent/supervisor/run.hpp"
#include "harness/agent/supervisor/targets_folder.hpp"

namespace rpchspec::supervisor {

/// Name and value of each option that is set, by the descriptor of RunOptions: `max_case` is
/// max-case. Flags have the value "true".
[[nodiscard]] std::vector<std::pair<std::string, std::string>> options_of(
    api::RunOptions const& options);

/// The other way round. Empty: it is none of RunOptions; its text: a value that cannot be read.
/// @return what is wrong; empty: it is set.
[[nodiscard]] std::string set_option(api::RunOptions& options,
                                     std::string const& name,
                                     std::string const& value);

/// Every field of the request that can be judged without the scenarios: names, selectors, values,
/// sizes, the target. invalid, not_found or exhausted.
[[nodiscard]] Outcome<void> check_request(api::RunRequest const& request,
                                          Quotas const& quotas,
                                          TargetsFolder const& targets);

/// A configuration without targets, in the agent's folder: without one, a run would read the
/// rpchspec.yaml where it works.
inline constexpr char const* kNoTargets = "none.yaml";

/// What stands behind `rpchspec`, of a request that was checked.
[[nodiscard]] std::vector<std::string> words_of(api::RunRequest const& request,
                                                RunFolder const& folder,
                                                TargetsFolder const& targets,
                                                SupervisorOptions const& options);

}  // namespace rpchspec::supervisor
