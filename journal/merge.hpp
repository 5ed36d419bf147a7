// One journal of the two that two machines wrote of one case.

#pragma once

#include <filesystem>

#include "journal/journal.pb.h"
#include "journal/peer_clock.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::journal {

struct Halves {
  std::filesystem::path ours;    // begins with Started and, where it is whole, ends with Finished
  std::filesystem::path peers;   // events alone, with the peer's times and its own numbers
  PeerClock clock = {};          // of the peer
  v1::Elsewhere elsewhere = {};  // goes into Started; its error and offset are filled in here
};

/// Writes both in one order of time to `to`, and neither side's own order is broken.
///
/// Within its error the clock is moved so that no RPC PDU, and no first PDU of a leg, arrives
/// before it was sent. Connections get numbers in the order in which they come. Of equal times ours
/// goes first; Started stays the first record and Finished the last. A torn end of either half is
/// left out. Memory: a few bytes for each of the first 131,072 RPC PDUs.
/// Errors: io, not_found.
[[nodiscard]] Result<void> merge(Halves const& halves, std::filesystem::path const& to);

}  // namespace rpchspec::journal
