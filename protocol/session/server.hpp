// The server role of one virtual connection (MS-RPCH 3.2.5): both legs to the proxies, paired by
// the VirtualConnectionCookie. No I/O, no clock.

#pragma once

#include <deque>
#include <optional>
#include <set>
#include <variant>

#include "protocol/base/time.hpp"
#include "protocol/session/channel.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session {

struct ServerConfig {
  ReceiveWindowSize receive_window{65536};
  std::uint32_t version = 1;
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  Duration connection_setup_timeout = std::chrono::minutes(15);  // 3.2.5.2.1
  std::set<wire::RtsPduKind> withheld{};                         // PDUs it does not send by itself
  Duration reply_delay{};                                        // before CONN/C1 and CONN/B3
  std::size_t queue_limit = 16 << 20;  // bytes of RPC PDUs that may wait for the window
  /// With so many bytes of an OUT channel's lifetime left a successor is asked for (Windows' value,
  /// fn 51), and what does not fit waits for it. Empty: neither.
  std::optional<std::uint32_t> recycle_out_at{8192};
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

/// What a leg's first PDU says: CONN/A2 and OUT_R1/A4 begin an OUT leg, CONN/B2 and IN_R1/A2 an IN
/// leg.
struct FirstPdu {
  Channel channel;
  VirtualConnectionCookie cookie;
  Instance instance = Instance::predecessor;  // a successor joins what is there
};

/// @return unexpected when the PDU starts no leg (3.2.5.5.1, 3.2.5.5.2).
[[nodiscard]] Result<FirstPdu> first_pdu_of_leg(wire::PduView const& pdu);

class Server {
 public:
  struct Send {
    Channel channel;
    Bytes bytes;
    Instance instance = Instance::predecessor;
  };

  /// The successor's leg takes the place of the predecessor's (R1): later events mean it by
  /// `predecessor`, and the close of the old one is of no interest, nor is what it still says. On
  /// IN the old one is to be closed. On OUT its proxy does that, once the client has acknowledged
  /// what it still holds: those acknowledgements go to the `former` leg.
  struct Switch {
    Channel channel;
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

  using Event = std::variant<Send, Deliver, Opened, Switch, Close>;

  explicit Server(ServerConfig config);

  /// One whole PDU from a leg, its first included. An error is a protocol error (already queued as
  /// Close).
  Result<void> on_pdu(Channel from,
                      wire::PduView const& pdu,
                      TimePoint now,
                      Instance instance = Instance::predecessor);

  /// Asks for a successor of the OUT channel now. unexpected where one is on its way, or the
  /// virtual connection is not opened (3.2.5.5.15).
  Result<void> start_out_recycling();

  /// A leg was closed by its proxy: the other follows, whatever the reason.
  void on_closed(Channel leg);
  void on_deadline(TimePoint now);

  /// Sends an RPC PDU to the client, at once or when the OUT window lets it.
  /// too_large when the queue is full; the PDU is then not taken.
  Result<void> send_rpc(Bytes pdu);

  /// Sends what `withheld` or a reply delay kept back, as far as its turn has come.
  void release(wire::RtsPduKind kind);

  /// Counts an RPC PDU that a script wrote to the OUT leg past the window.
  void note_sent_regardless(RpcPduSize pdu) {
    out_window_.on_sent_regardless(pdu);
    note_carried(pdu.value);
  }

  /// Counts other bytes that a script wrote to the OUT leg against the channel's lifetime.
  void note_carried(std::size_t bytes) { out_sent_ += bytes; }

  /// Pull until empty after each call above.
  [[nodiscard]] std::optional<Event> next_event();
  [[nodiscard]] TimePoint next_deadline() const;

  [[nodiscard]] bool opened() const { return state_ == State::opened; }

  [[nodiscard]] std::optional<ServerPeers> peers() const;

  [[nodiscard]] SendWindow const& out_window() const { return out_window_; }

  [[nodiscard]] ReceiveWindow const& in_window() const { return in_window_; }

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  /// Bytes of the present OUT channel's lifetime that are left, pings counted that we were told of.
  [[nodiscard]] std::uint64_t out_lifetime_left() const;

  /// OUT channels, IN channels that were replaced since the virtual connection was opened.
  [[nodiscard]] std::uint32_t recycled(Channel channel) const {
    return channel == Channel::in ? in_recycled_ : out_recycled_;
  }

  /// It closed its legs, or was about to.
  [[nodiscard]] bool finished() const { return state_ == State::finished; }

  /// No recycling of this channel is under way.
  [[nodiscard]] bool settled(Channel channel) const {
    return channel == Channel::in ? in_state_ == InState::opened : out_state_ == OutState::opened;
  }

  [[nodiscard]] std::uint32_t ping_traffic_notified() const { return ping_traffic_; }

 private:
  enum class State { waiting, replying, opened, finished };
  enum class InState { opened, opened_a6w, opened_b1w };

  /// Names of 3.2.5; `confirmed` is left at once unless OUT_R1/A9 or OUT_R2/B1 is withheld.
  enum class OutState {
    opened,
    opened_a4w,
    opened_a8w,
    opened_r2a8w,
    r1_confirmed,
    r2_confirmed,
  };

  /// What the successor announced, until it becomes the default channel.
  struct Successor {
    ChannelCookie cookie{};
    ReceiveWindowSize window{};
    ConnectionTimeout timeout{};
    ChannelLifetime lifetime{};
  };

  Result<void> on_rts(Channel from, wire::PduView const& pdu, TimePoint now);
  Result<void> on_routed(Channel from, wire::RtsPdu const& pdu, ByteView bytes);
  Result<void> on_successor(Channel from, wire::PduView const& pdu);
  Result<void> on_in_r1_a2(wire::RtsPdu const& pdu);
  Result<void> on_in_cookie(wire::RtsPdu const& pdu);
  Result<void> on_in_r1_a6(RtsCookie const& successor);
  Result<void> on_in_r1_b1();
  Result<void> on_out_r1_a4(wire::RtsPdu const& pdu);
  Result<void> on_out_r2_a4(wire::RtsPdu const& pdu);
  Result<void> on_a8(wire::RtsPdu const& pdu);
  Result<void> on_recycling(Channel from, wire::RtsPdu const& pdu);
  Result<void> compare(RtsCookie const& found, ChannelCookie const& expected, char const* section);
  void send(Channel channel, Bytes bytes, Instance instance = Instance::predecessor);
  void switch_out();
  [[nodiscard]] bool fits_lifetime(std::size_t rpc_pdu) const;
  [[nodiscard]] bool fits_reserve(std::size_t rts_pdu) const;
  Result<void> pass_on_out(wire::ForwardDestination to, ByteView bytes);
  Result<void> on_routed_by_in_successor(wire::RtsPdu const& pdu, ByteView bytes);
  void recycle_when_due();
  Result<void> on_first(Channel from, wire::RtsPdu const& pdu, TimePoint now);
  Result<void> on_flow_control_ack(Channel from, wire::FlowControlAckCommand const& ack);
  Result<void> route(Channel from, wire::ForwardDestination to, ByteView bytes);
  void reply();
  void send_unless_withheld(Channel channel,
                            wire::RtsPduKind kind,
                            wire::RtsPdu const& pdu,
                            Instance instance = Instance::predecessor);
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
  InState in_state_ = InState::opened;
  OutState out_state_ = OutState::opened;
  Successor in_successor_{};
  Successor out_successor_{};
  std::optional<ChannelCookie> still_known_out_;  // of the OUT leg's last channel (OUT_R2)
  std::optional<ChannelCookie> former_out_;       // of the last OUT leg (OUT_R1)
  std::uint64_t out_sent_ = 0;                    // bytes on the present OUT channel
  std::vector<Bytes> for_out_successor_;          // RTS PDUs that the present one can't carry
  std::vector<Bytes> behind_a6_;                  // routed PDUs of an IN successor (IN_R1)
  std::uint32_t in_recycled_ = 0;
  std::uint32_t out_recycled_ = 0;
  wire::RtsPdu scratch_;
};

}  // namespace rpchspec::session
