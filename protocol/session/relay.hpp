// RPC PDUs of one direction through a proxy: received under our window, sent under the peer's.
//
// Source: MS-RPCH 3.2.1.4.1 (queuing, dequeuing, acknowledging), 3.2.1.5.1 (acknowledgements).

#pragma once

#include <optional>

#include "protocol/session/channel.hpp"
#include "protocol/session/content_budget.hpp"
#include "protocol/session/deviations.hpp"
#include "protocol/session/proxy_outputs.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/wire/pdu_stream.hpp"

namespace rpchspec::session {

/// Passes RPC PDUs on as views where the window allows, and holds them, in order, where not.
class Relay {
 public:
  struct Options {
    ReceiveWindowSize receive_window{65536};
    ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
    ProxyLeg to = ProxyLeg::server;
    PlugState plug = PlugState::plugged;
    bool strict_window = false;       // AMB-16
    ContentBudget* budget = nullptr;  // of the leg that is sent on; null: unlimited. Outlives us
    RelayDeviations deviations{};
  };

  /// @param outputs  outlives the relay.
  Relay(Options const& options, ProxyOutputs& outputs);

  /// The peer announced its window: the send side starts anew, full.
  void set_peer_window(ReceiveWindowSize advertised) { send_window_ = SendWindow(advertised); }

  void plug() { plug_ = PlugState::plugged; }

  /// Sends what waited, as far as the window allows.
  void unplug();

  /// False: holding this PDU would take more memory than the window we announced accounts for. The
  /// peer overran it, and is not read until something was sent.
  [[nodiscard]] bool has_room(std::size_t pdu) const;

  /// One RPC PDU, part of the input that `outputs` began with. Precondition: has_room.
  ReceiveWindow::Arrival on_pdu(ByteView pdu);

  /// An RTS PDU passed by: only deviations look at it.
  void on_rts(std::size_t size) {
    rts_bytes_ += static_cast<std::uint32_t>(size);
    behind_rts_ = true;
  }

  /// An acknowledgement that names this channel. An error leaves the window as it was.
  [[nodiscard]] Result<void> on_ack(wire::FlowControlAckCommand const& ack);

  /// The acknowledgement that is due, if any; its cookie is for the role to fill in.
  [[nodiscard]] std::optional<wire::FlowControlAckCommand> take_ack();

  /// What is received is counted from 0 again, with another cookie (latitude).
  void restart_count();

  /// An acknowledgement goes out although none is due (latitude).
  void owe_ack() { ack_ = receive_window_.acknowledge(); }

  /// An input begins: memory of what was sent is used again.
  void begin_input() {
    queue_.forget_popped();
    behind_rts_ = false;
  }

  // -- The channel that is sent on is left: OUT_R2 for the successor, IN_R1 and OUT_R1 for good.

  /// What waits now still goes out under the present window; what comes from now on stays behind.
  void set_barrier();

  [[nodiscard]] bool has_barrier() const { return barrier_.has_value(); }

  /// All that stood before the barrier went out.
  [[nodiscard]] bool at_barrier() const;

  /// What waits behind the barrier goes on, under a new window where one is given. The budget
  /// object has been given the new channel's value before.
  void pass_barrier(std::optional<ReceiveWindowSize> peer, PlugState plug);

  // -- The channel that is received on gets a successor (IN_R2).

  /// The successor's PDUs are counted against a window of their own, and held.
  void add_successor();

  [[nodiscard]] bool successor_has_room(std::size_t pdu) const;
  ReceiveWindow::Arrival on_successor_pdu(ByteView pdu);

  void drop_successor();

  /// The predecessor has sent its last PDU: what the successor's hold goes behind it, and only the
  /// successor is acknowledged from now on. Precondition: there is one.
  void switch_to_successor();

  [[nodiscard]] PlugState plug_state() const { return plug_; }

  [[nodiscard]] std::size_t held_bytes() const { return queue_.size(); }

  [[nodiscard]] SendWindow const& send_window() const { return send_window_; }

  [[nodiscard]] ReceiveWindow const& receive_window() const { return receive_window_; }

 private:
  enum class Source { input, copy };

  /// What the successor of the channel that is received on has brought before its time.
  struct Successor {
    ReceiveWindow window;
    PduQueue queue{};
  };

  [[nodiscard]] bool fits(PduQueue const& queue, std::size_t pdu) const;
  [[nodiscard]] bool may_send(std::size_t pdu);
  void pass(ByteView pdu, Source source);
  void consumed(std::size_t pdu);
  void acknowledge(std::size_t pdu);
  void drain();
  void misforward(ByteView pdu);

  ProxyOutputs& outputs_;
  Options options_;
  PlugState plug_;
  ReceiveWindow receive_window_;
  SendWindow send_window_{};
  PduQueue queue_;
  std::optional<std::size_t> barrier_;  // bytes of the queue that stand before it
  std::optional<Successor> successor_;
  std::size_t predecessors_bytes_ = 0;  // of the queue: of a channel that is gone
  std::optional<wire::FlowControlAckCommand> ack_;

  // For deviations only.
  bool misforwards_;
  std::uint64_t pdus_ = 0;
  std::uint64_t rpc_bytes_ = 0;
  std::uint32_t rts_bytes_ = 0;
  std::uint32_t acks_ = 0;
  std::optional<wire::FlowControlAckCommand> late_ack_;
  bool behind_rts_ = false;            // an RTS PDU came in this input
  std::uint32_t received_before_ = 0;  // on predecessors
  std::uint32_t told_ = 0;             // BytesReceived of the last acknowledgement
  std::size_t waiting_ = 0;            // PDUs in the queue
  PduQueue overdue_;                   // what a successor brought before its time
  Bytes withheld_;
  Bytes altered_;
};

}  // namespace rpchspec::session
