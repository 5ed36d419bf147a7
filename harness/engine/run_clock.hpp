// The peer's clock, as all cases of a run learn of it: more know better.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "journal/peer_clock.hpp"

namespace rpchspec::engine {

/// Thread-safe. Times of samples count from any moment that stays the same, for each side its own.
class RunClock {
 public:
  void add(journal::ClockSample const& sample);

  /// The sample that says most of the moment `at_ns` (ours), its way short, or near, as if it were
  /// of that moment: what the clocks may have drifted is added to its way. Empty: there is none.
  [[nodiscard]] std::optional<journal::ClockSample> best(std::int64_t at_ns) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, journal::ClockSample> best_;  // by spans of our time
};

}  // namespace rpchspec::engine
