// A history as a scenario: its steps, and what must be seen of a proxy that obeys the standard.

#pragma once

#include <vector>

#include "harness/explore/history.hpp"

namespace rpchspec::explore {

struct Rendered {
  scenario::v1::Scenario scenario;
  std::vector<Move> moves;  // those that could be made where the history had come to
};

/// Walks through the moves and keeps the state of each virtual connection. Expected is only what
/// MS-RPCH and its latitude demand of every proxy, whatever its windows and timers.
[[nodiscard]] Rendered render(History const& history);

}  // namespace rpchspec::explore
