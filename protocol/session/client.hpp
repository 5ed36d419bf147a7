// The client role of one virtual connection (MS-RPCH 3.2.2). No I/O, no clock.

#pragma once

#include <deque>
#include <optional>
#include <variant>

#include "protocol/base/time.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session {

struct ClientConfig {
  VirtualConnectionCookie virtual_connection_cookie;
  ChannelCookie in_channel_cookie;
  ChannelCookie out_channel_cookie;
  AssociationGroupId association_group_id;
  ReceiveWindowSize receive_window{65536};
  ChannelLifetime in_channel_lifetime{1U << 30};
  ClientKeepalive keepalive{300000};
  std::uint32_t version = 1;
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  bool pings = true;
  std::size_t queue_limit = 16 << 20;  // bytes of RPC PDUs that may wait for the window
};

class Client {
 public:
  struct Send {
    Channel channel;
    Bytes bytes;
  };

  /// An RPC PDU of the server. The view lives until the next call that brings bytes.
  struct Deliver {
    wire::PduView pdu;
  };

  struct Opened {};

  struct Close {
    Error reason;
  };

  using Event = std::variant<Send, Deliver, Opened, Close>;

  explicit Client(ClientConfig config);

  /// The first PDUs of the two channels (3.2.2.4.1.1).
  [[nodiscard]] Bytes conn_a1() const;
  [[nodiscard]] Bytes conn_b1() const;

  /// One whole PDU from the OUT channel's response body. An error is a protocol error; it is queued
  /// as Close, too, and the actor's conduct decides what becomes of that.
  Result<void> on_pdu(wire::PduView const& pdu, TimePoint now);

  /// Sends an RPC PDU on the IN channel, at once or when the window lets it.
  Result<void> send_rpc(Bytes pdu, TimePoint now);

  /// Something was written to the IN channel past this machine (scripts): delays the next ping.
  void note_sent(TimePoint now) { last_sent_ = now; }

  void note_sent_regardless(RpcPduSize pdu) { in_window_.on_sent_regardless(pdu); }

  void on_deadline(TimePoint now);
  [[nodiscard]] std::optional<Event> next_event();
  [[nodiscard]] TimePoint next_deadline() const;

  [[nodiscard]] bool opened() const { return state_ == State::opened; }

  [[nodiscard]] ClientConfig const& config() const { return config_; }

  [[nodiscard]] SendWindow const& in_window() const { return in_window_; }

  [[nodiscard]] ReceiveWindow const& out_window() const { return out_window_; }

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

 private:
  enum class State { wait_a3, wait_c2, opened, finished };

  Result<void> on_rts(wire::PduView const& pdu, TimePoint now);
  void drain_queue(TimePoint now);
  Result<void> protocol_error(Error error);

  ClientConfig config_;
  State state_ = State::wait_a3;
  SendWindow in_window_{};
  ReceiveWindow out_window_{};
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
  std::deque<Event> events_;
  Duration ping_period_ = Duration::max();  // the inbound proxy's ConnectionTimeout, from CONN/C2
  TimePoint ping_at_ = kNever;
  TimePoint last_sent_ = TimePoint::min();
};

}  // namespace rpchspec::session
