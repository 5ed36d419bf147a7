// Send side of RPC over HTTP v2 flow control on one channel instance. No I/O, no clock.
//
// Source: MS-RPCH 3.2.1.1.4 (variables), 3.2.1.4.1.3 (dequeuing), 3.2.1.5.1 (acknowledgements).

#pragma once

#include "protocol/base/error.hpp"
#include "protocol/base/strong.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::session {

/// How many bytes of RPC PDUs may still be sent on one IN or OUT channel.
///
/// Counts RPC PDUs only: RTS PDUs and HTTP heads are outside flow control.
/// Invariant: available() never exceeds what the peer announced.
class SendWindow {
 public:
  SendWindow() = default;

  /// Starts full. @param advertised  ReceiveWindowSize from the peer's RTS command, in bytes.
  explicit SendWindow(ReceiveWindowSize advertised)
      : peer_receive_window_(advertised), available_(advertised.value) {}

  /// True when an RPC PDU of this size may be sent now.
  ///
  /// The text says both "greater than" (to start) and "until less than" (to stop), so equality
  /// is open (AMB-16). We send at equality: stalling with exactly enough room would never end.
  [[nodiscard]] bool admits(RpcPduSize pdu) const { return available_.value >= pdu.value; }

  /// The other reading: one that would leave nothing of the window waits, unless all of it is left.
  [[nodiscard]] bool admits_strictly(RpcPduSize pdu) const {
    return available_.value > pdu.value ||
           (admits(pdu) && available_.value == peer_receive_window_.value);
  }

  /// Records one RPC PDU as sent. Precondition: admits(pdu).
  void on_sent(RpcPduSize pdu);

  /// Records one RPC PDU that was sent against the rule; the window may become "overdrawn", which
  /// reads as 0 available.
  void on_sent_regardless(RpcPduSize pdu);

  /// Applies an acknowledgement that names this channel's cookie.
  ///
  /// @return unexpected when it acknowledges bytes never sent, bad_value when the window would
  /// become
  ///         negative or exceed what was announced (3.2.1.5.1.1: SHOULD be a protocol error). The
  ///         window is unchanged on error.
  [[nodiscard]] Result<void> on_ack(wire::FlowControlAckCommand const& ack);

  /// The leg goes on with a successor's cookie (OUT_R2). Its peer may count on, or start anew at 0
  /// (latitude): what was sent until now tells the two apart. on_ack is from now on for the
  /// predecessor's cookie, which a few acknowledgements may still name: they crossed OUT_R2/B1.
  void begin_successor();

  /// An acknowledgement that names the successor. As on_ack, in whichever way the peer counts.
  [[nodiscard]] Result<void> on_ack_of_successor(wire::FlowControlAckCommand const& ack);

  /// Takes what the peer had room for for what may be sent now, as a deliberate defect does.
  void forget_in_flight(wire::FlowControlAckCommand const& ack) {
    available_ = ack.available_window;
  }

  /// Takes an impossible acknowledgement at its word, modulo 2^32, as a deliberate defect does.
  void believe(wire::FlowControlAckCommand const& ack);

  [[nodiscard]] AvailableWindow available() const { return available_; }

  [[nodiscard]] BytesSent bytes_sent() const { return bytes_sent_; }

  [[nodiscard]] ReceiveWindowSize peer_receive_window() const { return peer_receive_window_; }

 private:
  /// How the peer counts with one cookie.
  struct Count {
    BytesSent goes_on{};  // what BytesReceived 0 means where it goes on from the predecessor
    BytesSent anew{};     // and where it starts again
    bool is_anew = false;

    [[nodiscard]] BytesSent from() const { return is_anew ? anew : goes_on; }
  };

  [[nodiscard]] Result<void> apply(wire::FlowControlAckCommand const& ack, Count& count);
  [[nodiscard]] Result<void> apply(wire::FlowControlAckCommand const& ack, BytesSent counted_from);

  ReceiveWindowSize peer_receive_window_{};
  AvailableWindow available_{};
  BytesSent bytes_sent_{};
  Count predecessor_{};
  Count successor_{};
};

}  // namespace rpchspec::session
