// What a proxy role may choose where MS-RPCH leaves it open. The defaults are one choice. Unlike a
// deviation (deviations.hpp) none of these is an error of the role.

#pragma once

namespace rpchspec::session {

/// Each is consulted in exactly one place.
struct RoleLatitude {
  // Windows, counters, acknowledgements.
  bool strict_window = false;     // a PDU as large as what is left of a window waits (AMB-16)
  bool aborts_overrun = false;    // who overruns our window is refused, not made to wait by TCP
  bool counters_restart = false;  // at OUT_R2/B1 BytesReceived towards the server starts again
  bool acks_twice = false;        // each acknowledgement goes out two times
  bool acks_at_once = false;      // of nothing, when the channel is open
  bool acks_former = false;       // at OUT_R2/B1 a last one goes out in the predecessor's name

  // What is read of a PDU, and what is said in one.
  bool takes_any_value = false;        // values outside the ranges of 2.2.3.5
  bool own_c2 = false;                 // CONN/C2 has the outbound proxy's own values (AMB-06)
  bool a8_without_version = false;     // OUT_R2/A7 goes on as A8 is defined (AMB-02)
  bool refuses_unknown_forms = false;  // a routed PDU that is none of 2.2.4
  bool sends_back = false;             // what the table leads back to the server goes there

  // Recycling.
  bool newcomer_ends_alone = false;     // one with a wrong predecessor cookie
  bool keeps_unmatched_cookie = false;  // behind another cookie in IN_R2/A5 the successor's counts
  bool successor_unread = false;        // a plugged IN successor is not read
  bool head_before_b3 = false;          // the successor's 200 goes out first (AMB-13)
  bool successor_unlisted = false;      // OUT_R1's is not in the table of cookies (AMB-12)
};

}  // namespace rpchspec::session
