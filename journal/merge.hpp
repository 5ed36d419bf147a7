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
/// Within its error the clock is moved, and single times of the peer's where that does not do, so
/// that nothing comes before what it can only come of (consequences.hpp): a PDU before it was sent,
/// CONN/C2 before CONN/C1. So whoever asks of a journal what came first need not know that two
/// machines wrote it. What is more than the error stays as it is: the proxy did that. Connections
/// get numbers in the order in which they come. Of equal times ours goes first; Started stays the
/// first record and Finished the last. A torn end of either half is left out. Memory: about 300
/// bytes for each of the first 65,536 PDUs.
/// Errors: io, not_found.
[[nodiscard]] Result<void> merge(Halves const& halves, std::filesystem::path const& to);

}  // namespace rpchspec::journal
