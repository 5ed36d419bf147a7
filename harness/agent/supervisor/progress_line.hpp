// Lines of `rpchspec run --progress json` as events.

#pragma once

#include <optional>
#include <string_view>

#include "harness/agent/supervisor/outcome.hpp"

namespace rpchspec::supervisor {

/// What is no UTF-8 in it becomes '?'. Empty: none of those lines, or `end`, which the end of the
/// process tells.
[[nodiscard]] std::optional<api::RunEvent> event_of(std::string_view line);

}  // namespace rpchspec::supervisor
