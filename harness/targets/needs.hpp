// Whether a scenario can run on a target, and if not, why.

#pragma once

#include <optional>

#include "harness/targets/target.hpp"
#include "model/scenario.pb.h"
#include "reports/terminal.hpp"

namespace rpchspec::targets {

/// Empty: it can run. Otherwise why not, and the one fact that would do, where there is one.
///
/// The embedded proxy can be given any configuration, and so can our upstream behind an HTTP front;
/// of a foreign RPC proxy only what its facts state is known.
[[nodiscard]] std::optional<reports::SkipReason> skip_reason(scenario::v1::Scenario const& scenario,
                                                             Target const& target);

}  // namespace rpchspec::targets
