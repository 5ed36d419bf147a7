// The server role of one virtual connection (MS-RPCH 3.2.5): both legs to the proxies, paired by
// the VirtualConnectionCookie. No I/O, no clock.

#pragma once

#include <deque>
#include <optional>
#include <set>
#include <variant>

#include "protocol/base/time.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session {

/// IN and OUT are the client's.
enum class Channel { in, out };

struct ServerConfig {
  ReceiveWindowSize receive_window{65536};
  std::uint32_t version = 1;
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  Duration connection_setup_timeout = std::chrono::minutes(15);  // 3.2.5.2.1
  std::set<wire::RtsPduKind> withheld{};                         // PDUs it does not send by itself
  Duration reply_delay{};                                        // before CONN/C1 and CONN/B3
  std::size_t queue_limit = 16 << 20;  // bytes of RPC PDUs that may wait for the window
};

/// What the two legs announced (CONN/A2 and CONN/B2).
struct ServerPeers {
  VirtualConnectionCookie virtual_connection_cookie;
  ChannelCookie in_channel_cookie;
  ChannelCookie out_channel_cookie;
  ReceiveWindowSize in_proxy_window;
  ReceiveWindowSize out_proxy_window;
  ConnectionTimeout in_proxy_timeout;
  ChannelLifetime out_channel_lifetime;
  AssociationGroupId association_group_id;
  std::uint32_t in_version = 1;
  std::uint32_t out_version = 1;
};

/// The cookie of a leg's first PDU: CONN/A2 names the OUT leg, CONN/B2 the IN leg.
struct FirstPdu {
  Channel channel;
  VirtualConnectionCookie cookie;
};

/// @return unexpected when the PDU starts no leg (3.2.5.5.1, 3.2.5.5.2).
[[nodiscard]] Result<FirstPdu> first_pdu_of_leg(wire::PduView const& pdu);

class Server {
 public:
  struct Send {
    Channel channel;
    Bytes bytes;
  };

  /// An RPC PDU of the client. The view lives until the next call that brings bytes.
  struct Deliver {
    wire::PduView pdu;
  };

  struct Opened {};

  /// All legs of the virtual connection are to be closed (3.2.5.5.13).
  struct Close {
    Error reason;
  };

  using Event = std::variant<Send, Deliver, Opened, Close>;

  explicit Server(ServerConfig config);

  /// One whole PDU from a leg, its first included. An error is a protocol error (already queued as
  /// Close).
  Result<void> on_pdu(Channel from, wire::PduView const& pdu, TimePoint now);

  /// A leg was closed by its proxy: the other follows, whatever the reason.
  void on_closed(Channel leg);
  void on_deadline(TimePoint now);

  /// Sends an RPC PDU to the client, at once or when the OUT window lets it.
  /// too_large when the queue is full; the PDU is then not taken.
  Result<void> send_rpc(Bytes pdu);

  /// Sends what `withheld` or a reply delay kept back, as far as its turn has come.
  void release(wire::RtsPduKind kind);

  /// Counts an RPC PDU that a script wrote to the OUT leg past the window.
  void note_sent_regardless(RpcPduSize pdu) { out_window_.on_sent_regardless(pdu); }

  /// Pull until empty after each call above.
  [[nodiscard]] std::optional<Event> next_event();
  [[nodiscard]] TimePoint next_deadline() const;

  [[nodiscard]] bool opened() const { return state_ == State::opened; }

  [[nodiscard]] std::optional<ServerPeers> peers() const;

  [[nodiscard]] SendWindow const& out_window() const { return out_window_; }

  [[nodiscard]] ReceiveWindow const& in_window() const { return in_window_; }

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  [[nodiscard]] std::uint32_t ping_traffic_notified() const { return ping_traffic_; }

 private:
  enum class State { waiting, replying, opened, finished };

  Result<void> on_rts(Channel from, wire::PduView const& pdu, TimePoint now);
  Result<void> on_first(Channel from, wire::RtsPdu const& pdu, TimePoint now);
  Result<void> on_flow_control_ack(Channel from, wire::FlowControlAckCommand const& ack);
  Result<void> route(Channel from, wire::ForwardDestination to, ByteView bytes);
  void reply();
  void send_unless_withheld(Channel channel, wire::RtsPduKind kind, wire::RtsPdu const& pdu);
  void drain_queue();
  Result<void> protocol_error(Error error);

  ServerConfig config_;
  State state_ = State::waiting;
  bool have_in_ = false;
  bool have_out_ = false;
  ServerPeers peers_{};
  SendWindow out_window_{};
  ReceiveWindow in_window_{};
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
  std::deque<Event> events_;
  std::vector<std::pair<wire::RtsPduKind, Send>> held_;
  TimePoint setup_deadline_ = kNever;
  TimePoint reply_at_ = kNever;
  std::uint32_t ping_traffic_ = 0;
  wire::RtsPdu scratch_;
};

}  // namespace rpchspec::session
