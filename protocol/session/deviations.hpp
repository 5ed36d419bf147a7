// How a proxy role can be made to misbehave on purpose. All off: the role conforms.
//
// Each is consulted in exactly one place. The catalogue that gives them names and requirements is
// reference_proxy/defects.hpp.

#pragma once

#include <cstdint>
#include <optional>

#include "protocol/base/strong.hpp"

namespace rpchspec::session {

/// What happens to acknowledgements that this role makes.
enum class AckDeviation {
  none,
  never,
  wrong_cookie,
  count_rts,       // BytesReceived also counts RTS PDUs
  above_window,    // AvailableWindow is 4 KiB more than was announced
  once,            // the first one only
  one_pdu_late,    // goes out when the RPC PDU after it is there
  in_16_bits,      // BytesReceived modulo 64 KiB
  shrinks_window,  // AvailableWindow is 2 KiB less with each
  continue_count,  // BytesReceived on a successor goes on from its predecessor's
  at_receipt,      // when an RPC PDU comes, not when it goes on
  since_last,      // BytesReceived is what came since the last one
  one_byte_short,  // BytesReceived lacks the last byte
  whole_window,    // AvailableWindow is always the window
};

/// RPC PDUs on their way through the role. Counters count RPC PDUs of one channel, from 1.
struct RelayDeviations {
  std::uint32_t drop_every = 0;
  std::uint32_t duplicate_every = 0;
  std::uint32_t swap_every = 0;       // changes places with the next one
  std::uint64_t flip_byte_at = 0;     // offset in the channel's RPC bytes; 0 never
  std::uint64_t flip_byte_every = 0;  // each multiple of this offset; 0 never
  std::size_t lose_above = 0;         // PDUs of more bytes are lost; 0 none
  bool lose_rare_types = false;       // co_cancel, orphaned, shutdown
  bool lose_behind_rts = false;       // an RPC PDU behind an RTS PDU in the same input
  bool lose_verified = false;         // with an auth_length
  bool rewrite_call_id = false;
  bool wait_for_next = false;     // goes on only when the next one is there
  bool ignore_window = false;     // sends past what the peer announced
  bool forget_acks = false;       // the window of the peer is never opened again
  bool any_cookie_acks = false;   // takes acknowledgements of other channels for its own
  bool believe_bad_acks = false;  // an impossible acknowledgement is taken at its word
  bool ignore_barrier = false;    // a channel is left before what waits for its window went out
  bool successor_first = false;   // what a successor's queue holds goes before its predecessor's
  bool smaller_first = false;     // a PDU that fits the window overtakes those that do not
  bool window_not_empty = false;  // goes out while any window is left, whatever its size
  bool forget_in_flight = false;  // AvailableWindow is taken for what is left now
  std::size_t longest_queue = 0;  // what comes when so many PDUs wait is lost; 0: as it should be
  bool drop_queue = false;        // what waits is lost when a successor takes over (IN_R2)
  bool held_last = false;         // what a successor has brought goes behind the next PDU
  AckDeviation acks = AckDeviation::none;
};

/// Pings of the outbound proxy.
enum class PingDeviation {
  none,
  late,          // after one and a half ConnectionTimeouts
  wrong_flags,   // without PING
  opened_only,   // none while the channel is recycled
  traffic_kept,  // what the server was told of is told again the next time
};

/// Channel recycling.
struct RecyclingDeviations {
  // Who is who.
  bool forget_cookies = false;        // every request is a new virtual connection: R1 always
  bool any_predecessor = false;       // the predecessor's cookie in A1 or A3 is not compared
  bool keep_cookie = false;           // after recycling the predecessor's cookie is still expected
  bool ack_predecessor = false;       // acknowledgements go on naming the predecessor
  bool any_successor_cookie = false;  // IN_R2/A5 with any cookie switches
  bool wrong_successor = false;       // A2, A4 or A6 names the predecessor as successor
  bool version_not_min = false;       // IN_R1/A2, OUT_R1/A4
  bool wrong_lifetime = false;        // OUT_R1/A4 announces half of the Content-Length

  // The order.
  bool unplugged = false;           // the successor's PDUs are sent on before the switch
  bool ignore_b2_window = false;    // IN_R1/B2 opens the whole of a default window
  bool a6_last = false;             // IN_R1/A6 behind the queued PDUs
  bool drop_b1 = false;             // IN_R1/B1 is not sent
  bool head_at_once = false;        // 200 Success on OUT_R*/A3
  bool head_without_c1 = false;     // 200 Success on OUT_R2/B1, although OUT_R2/C1 did not come
  bool a3_again = false;            // CONN/A3 behind the successor's head
  bool keep_client_window = false;  // the window in OUT_R*/A3 is not looked at
  bool drop_b3 = false;             // neither OUT_R2/B3 nor OUT_R1/A10
  bool b3_without_eof = false;

  // States and closes.
  bool keep_predecessor = false;   // the predecessor's connections stay open
  bool refuse_second = false;      // only one recycling in the life of a virtual channel
  bool refuse_overlap = false;     // OUT_R*/A7 is a protocol error while IN is recycled
  bool b2_ends_all = false;        // OUT_R2/B2 closes the predecessor, too
  bool b2_leaves_waiting = false;  // after OUT_R2/B2 the channel is not opened again
  bool forget_window = false;      // behind IN_R2 the server's window is not looked at
  bool mismatch_ends_all = false;  // IN_R2/A5 with a wrong cookie closes both channels
  bool join_in_any_state = false;  // A1 or A3 is taken although the channel is not open
  bool a5_anywhere = false;        // IN_R2/A5 is taken from the successor, too
  bool refuse_pings = false;       // a Ping on a successor that waits is a protocol error
  bool carry_stray = false;        // what comes with a wrong predecessor's IN_R2/A1 goes on first
};

/// Bits of the common header (2.2.3.6.1) that are the other way round.
struct HeaderBits {
  std::uint8_t offset = 0;  // of the byte, below 16
  std::uint8_t bits = 0;    // none: nothing is wrong
};

/// One role.
struct Deviations {
  RelayDeviations relay{};
  RecyclingDeviations recycling{};
  PingDeviation pings = PingDeviation::none;
  std::optional<ConnectionTimeout> ping_timeout{};  // pings go by this one, not by what was told

  // Values in the PDUs that the role makes (CONN/A2, A3, B2, C2).
  bool zero_window = false;
  bool swap_cookies = false;
  bool version_not_min = false;
  bool wrong_lifetime = false;  // CONN/A2 announces half of the Content-Length
  bool timeout_in_seconds = false;
  bool random_association_group = false;
  bool halve_c2_window = false;  // CONN/C2 with half of the window in CONN/C1
  bool wrong_flags = false;      // CONN/B2 without IN_CHANNEL, CONN/A2 without OUT_CHANNEL
  HeaderBits wrong_header = {};  // of every RTS PDU that the proxy makes

  // The order of establishment.
  bool head_before_connect = false;  // 200 Success before the server was reached
  bool hold_a3 = false;              // CONN/A3 waits for CONN/C1
  bool drop_c2 = false;
  bool not_plugged = false;  // RPC PDUs go to the server before CONN/B3

  // Forwarding of RTS PDUs.
  bool ignore_destination = false;     // PDUs with a Destination are dropped
  bool lose_padded = false;            // those of them that have Padding are
  bool alter_forwarded = false;        // flags of a forwarded PDU are cleared
  bool relay_pings = false;            // the client's Ping and Keep-Alive go on to the server
  bool refuse_pings = false;           // the client's Ping is a protocol error
  bool refuse_zero_keepalive = false;  // and so is ClientKeepalive 0
  bool no_tcp_keepalive = false;       // the server's end of IN is never probed
  bool keep_keepalive = false;         // the client's Keep-Alive changes nothing
  bool ping_server = false;            // the inbound proxy does, by ClientKeepalive

  // What should be refused, or ignored.
  bool tolerate_protocol_errors = false;
  bool tolerate_wrong_direction = false;
  bool open_again = false;  // a second CONN/A1 or OUT_R1/A3 tells the server of a new channel
  bool relay_legacy_response = false;
  bool require_legacy_response = false;
  bool legacy_in_one_piece = false;  // in several pieces it is a protocol error
  bool lose_behind_legacy = false;   // what comes with it

  // Closing.
  bool ignore_lifetime = false;  // carries more than its Content-Length
  bool keep_client_on_server_close = false;
  bool keep_server_on_client_close = false;
  bool keep_server_on_early_close = false;  // while the server has not answered
};

}  // namespace rpchspec::session
