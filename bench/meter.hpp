// What a run through a relay came to, read off its journal as it is written.

#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "journal/recorder.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::bench {

enum class Direction { in, out };

/// Counts payload that arrived whole and verified, and has every monitor look at every event.
///
/// Payload is verified by the taps, byte for byte; here it is counted, and what a tap found wrong.
class Meter {
 public:
  /// @param recorder  outlives the meter, and must not be used after it.
  Meter(journal::Recorder& recorder, Direction direction);

  /// Bytes of whole RPC PDUs that arrived at the far end.
  [[nodiscard]] std::uint64_t arrived() const { return arrived_; }

  /// PDUs that were not what the keyed stream says, or not sent, or not in order.
  [[nodiscard]] std::uint64_t wrong() const { return wrong_; }

  /// What monitors objected to, one line each.
  [[nodiscard]] std::string objections();

 private:
  void on_event(journal::Event const& event);

  Direction direction_;
  scenario::v1::Scenario scenario_;
  reports::Surroundings around_;
  reports::MonitorSet monitors_;
  std::uint64_t arrived_ = 0;
  std::uint64_t wrong_ = 0;
};

}  // namespace rpchspec::bench
