// A history of virtual connections: what the two ends are like, and what they do, in order.
//
// A move says what is done, never what must be seen: that is worked out from the state the history
// is in (render.hpp). So a history stays lawful whichever of its moves are taken away.

#pragma once

#include <cstdint>
#include <vector>

#include "model/scenario.pb.h"

namespace rpchspec::explore {

enum class Kind {
  open,              // choice: 0 OUT first, 1 IN first, +2 a later version, +4 MinConnTimeout
  up,                // payload from client to server
  down,              // payload from server to client
  both,              // up and down at once
  crowd,             // up and down on every open virtual connection at once
  stall_up,          // the server does not read for a while
  stall_down,        // the client does not read for a while
  burst_up,          // RTS and RPC PDUs in one segment
  burst_down,        // the same from the server
  pings,             // choice: 0 Ping, 1 Keep-Alive
  routed_up,         // an acknowledgement that crosses the inbound proxy
  routed_down,       // RTS PDUs of the server for the client
  echo,              // choice: length of the body; above 16: and what becomes of it
  odd_timeout,       // choice: a MinConnTimeout out of its range
  refused,           // a channel to a service that does not listen
  idle,              // bytes: milliseconds of silence
  client_close,      // the client ends a channel
  server_close,      // the server ends a leg
  last_words_up,     // payload, and the end right behind it
  last_words_down,   // the same from the server
  half_pdu,          // the client ends IN in the middle of a PDU
  early_close,       // choice: 0 the client, 1 the server ends it while it is being opened
  client_error,      // choice: a PDU that no client may send there
  server_error,      // choice: a PDU that no server may send there
  bad_first_pdu,     // choice: a first PDU that is none
  stray_ack,         // an acknowledgement for another channel
  lying_ack,         // an acknowledgement that cannot be true
  lifetime_overrun,  // the server sends more than the OUT channel may carry
  recycle,           // side: which channel; choice: see RecycleChoice
  recycle_both,      // IN and OUT at once; choice: bit 0 IN by IN_R1, bit 1 OUT by OUT_R1
  recycle_filled,    // while payload waits for the window; choice: bit 0 by R1
  recycle_held,      // a PDU of the recycling that the frame holds back comes late, or wrong
  false_successor,   // names another predecessor; choice: bit 0 the one before this one
  lone_successor,    // of a virtual connection that nobody knows
  early_successor,   // of a channel that is not open yet
};

enum class Side { in, out };

/// Bits of a recycling's choice.
struct RecycleChoice {
  bool r1 = false;       // as through another proxy
  bool beside = false;   // payload on this channel meanwhile
  bool both = false;     // and on the other one
  bool special = false;  // IN: the client closes the predecessor itself; OUT: another window

  static constexpr std::uint32_t kMost = 16;

  static RecycleChoice of(std::uint32_t choice) {
    return {(choice & 1) != 0, (choice & 6) != 0, (choice & 4) != 0, (choice & 8) != 0};
  }
};

struct Move {
  Kind kind = Kind::open;
  std::uint32_t vc = 1;  // from 1
  Side side = Side::in;
  std::uint64_t bytes = 0;     // of payload, in RPC PDUs
  std::uint32_t pdu_size = 0;  // 0: the usual
  std::uint32_t choice = 0;
  std::uint32_t split = 0;  // pieces of so many bytes; 0: as it comes
  scenario::v1::Cause cause = scenario::v1::TCP_FIN;

  friend bool operator==(Move const&, Move const&) = default;
};

struct History {
  scenario::v1::Scenario frame;  // id, title, and what client, server and proxy are like
  std::vector<Move> moves;
};

}  // namespace rpchspec::explore
