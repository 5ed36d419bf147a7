// SIGINT, SIGTERM and SIGPIPE of a run.

#pragma once

#include <atomic>

namespace rpchspec::cli {

/// The number of the signal that came; 0: none. One more than a second later ends the program at
/// once. A reader of standard output that leaves ends nothing: see told_whole().
[[nodiscard]] std::atomic<int> const& stop_on_signals();

}  // namespace rpchspec::cli
