// SIGINT and SIGTERM of a run.

#pragma once

#include <atomic>

namespace rpchspec::cli {

/// The number of the signal that came; 0: none. One more than a second later ends the program at
/// once.
[[nodiscard]] std::atomic<int> const& stop_on_signals();

}  // namespace rpchspec::cli
