// Waits for a time that is told as a journal tells it.

#pragma once

#include <cstdint>
#include <limits>

#include "journal/recorder.hpp"
#include "net/deadline.hpp"

namespace rpchspec::engine {

/// @param ns        since the journal's start; what no clock will show is never.
/// @param lateness  how much later than that what happened may be known.
[[nodiscard]] inline net::Deadline journal_deadline(journal::Recorder const& recorder,
                                                    std::uint64_t ns,
                                                    Duration lateness = {}) {
  if (ns >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return net::Deadline::never();
  }
  // One microsecond later: a timer that fires early must not make the wait spin.
  return net::Deadline(recorder.start() + std::chrono::nanoseconds(ns) + lateness +
                       std::chrono::microseconds(1));
}

}  // namespace rpchspec::engine
