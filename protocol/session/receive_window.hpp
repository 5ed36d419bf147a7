// Receive side of RPC over HTTP v2 flow control on one channel instance. No I/O, no clock.
//
// Source: MS-RPCH 3.2.1.1.5 (variables), 3.2.1.4.1.1-2 (queuing and consuming).

#pragma once

#include <optional>

#include "protocol/base/strong.hpp"
#include "protocol/wire/rts.hpp"

namespace rpchspec::session {

/// Counts RPC PDUs that arrive and are consumed, and says when to acknowledge.
class ReceiveWindow {
 public:
  /// When an acknowledgement is due (the threshold is left to the implementation, fn 27). at_last:
  /// only when the sender has no room for one more PDU as large as its largest, or hardly any.
  enum class AckPolicy { at_half, every_pdu, at_last, never };

  ReceiveWindow() = default;

  /// @param advertised  what we announced in our own ReceiveWindowSize command, in bytes.
  explicit ReceiveWindow(ReceiveWindowSize advertised, AckPolicy policy = AckPolicy::at_half)
      : receive_window_(advertised),
        free_(advertised.value),
        advertised_(advertised.value),
        policy_(policy) {}

  enum class Arrival { within_window, overrun };

  /// One RPC PDU arrived. overrun: the sender had no right to send it; it is counted all the same.
  Arrival on_received(RpcPduSize pdu);

  /// One RPC PDU left our queue (forwarded or delivered).
  /// @return BytesReceived and AvailableWindow of the acknowledgement that is now due, without
  /// cookie.
  [[nodiscard]] std::optional<wire::FlowControlAckCommand> on_consumed(RpcPduSize pdu);

  /// One that may go out at any time, due or not, without cookie.
  [[nodiscard]] wire::FlowControlAckCommand acknowledge();

  /// The leg goes on with a successor's cookie (OUT_R2), and counts anew with it (latitude).
  void restart_count() { bytes_received_ = {}; }

  [[nodiscard]] BytesReceived bytes_received() const { return bytes_received_; }

  [[nodiscard]] AvailableWindow free_space() const { return free_; }

  [[nodiscard]] ReceiveWindowSize receive_window() const { return receive_window_; }

 private:
  [[nodiscard]] bool is_ack_due() const;

  ReceiveWindowSize receive_window_{};
  AvailableWindow free_{};        // AvailableWindow of 3.2.1.1.5: room in our queue
  AvailableWindow advertised_{};  // AvailableWindowAdvertised: what the sender believes
  BytesReceived bytes_received_{};
  RpcPduSize largest_{};
  AckPolicy policy_ = AckPolicy::at_half;
};

}  // namespace rpchspec::session
