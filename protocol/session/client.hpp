// The client role of one virtual connection (MS-RPCH 3.2.2). No I/O, no clock.

#pragma once

#include <deque>
#include <optional>
#include <random>
#include <set>
#include <variant>

#include "protocol/base/time.hpp"
#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/pdu_stream.hpp"
#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::session {

/// What makes R1 of a recycling. The successor of R1 is another proxy than the predecessor, one
/// that does not know the virtual connection. Where there is only one, a made-up virtual connection
/// cookie makes it another (wire.md 17).
enum class R1Cookie { made_up, same };

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
  /// With so many bytes of an IN channel's lifetime left a successor is opened (Windows' value,
  /// fn 32), and what does not fit waits for it. Empty: neither.
  std::optional<std::uint32_t> recycle_in_at{4096};
  RecyclingSequence in_sequence = RecyclingSequence::r2;  // of the recycling that starts by itself
  /// How the server's OUT_R*/A1 is answered; empty: not at all.
  std::optional<RecyclingSequence> out_sequence = RecyclingSequence::r2;
  std::set<wire::RtsPduKind> withheld{};  // of recycling; PDUs it does not send by itself
  R1Cookie r1_cookie = R1Cookie::made_up;
  std::uint64_t cookie_seed = 0;  // of successors' cookies
};

/// What a script may want otherwise in the first PDU of a successor.
struct SuccessorWishes {
  RecyclingSequence sequence = RecyclingSequence::r2;
  std::optional<ChannelCookie> predecessor{};
  std::optional<ReceiveWindowSize> receive_window{};  // OUT only
};

class Client {
 public:
  struct Send {
    Channel channel;
    Bytes bytes;
    Instance instance = Instance::predecessor;
  };

  /// A request for a successor channel is to be sent, and `first_pdu` behind its head.
  struct OpenSuccessor {
    Channel channel;
    VirtualConnectionCookie cookie;  // that it names; made up where another proxy is forced (R1)
    Bytes first_pdu;
    RecyclingSequence sequence = RecyclingSequence::r2;
  };

  /// The successor takes the predecessor's place. On OUT the client closes the old one, on IN the
  /// proxy does; its end is of no interest.
  struct Switch {
    Channel channel;
  };

  /// An RPC PDU of the server. The view lives until the next call that brings bytes.
  struct Deliver {
    wire::PduView pdu;
  };

  struct Opened {};

  struct Close {
    Error reason;
  };

  using Event = std::variant<Send, Deliver, Opened, OpenSuccessor, Switch, Close>;

  explicit Client(ClientConfig config);

  /// The first PDUs of the two channels (3.2.2.4.1.1).
  [[nodiscard]] Bytes conn_a1() const;
  [[nodiscard]] Bytes conn_b1() const;

  /// One whole PDU from the OUT channel's response body. An error is a protocol error; it is queued
  /// as Close, too, and the actor's conduct decides what becomes of that.
  Result<void> on_pdu(wire::PduView const& pdu,
                      TimePoint now,
                      Instance instance = Instance::predecessor);

  /// Starts to recycle the IN channel (3.2.2.5.12). unexpected where it is not opened.
  Result<void> start_in_recycling(SuccessorWishes const& wishes, TimePoint now);

  /// What the next OUT_R*/A3 says other than usual.
  void wish_for_out(SuccessorWishes const& wishes) { out_wishes_ = wishes; }

  /// The proxy closed the IN predecessor: by itself, another recycling starts only now. Before, the
  /// server might still wait for the end of the last one.
  void on_predecessor_ended(TimePoint now);

  /// Sends what `withheld` kept back, as far as its turn has come; from now on of itself.
  void release(wire::RtsPduKind kind, TimePoint now);

  /// Sends an RPC PDU on the IN channel, at once or when the window lets it.
  Result<void> send_rpc(Bytes pdu, TimePoint now);

  /// Something was written to the IN channel past this machine (scripts): delays the next ping.
  void note_sent(TimePoint now) { last_sent_ = now; }

  void note_sent_regardless(RpcPduSize pdu) {
    in_window_.on_sent_regardless(pdu);
    note_carried(pdu.value);
  }

  /// Counts other bytes that a script wrote to the IN channel against its lifetime.
  void note_carried(std::size_t bytes) { in_sent_ += bytes; }

  void on_deadline(TimePoint now);
  [[nodiscard]] std::optional<Event> next_event();
  [[nodiscard]] TimePoint next_deadline() const;

  [[nodiscard]] bool opened() const { return state_ == State::opened; }

  [[nodiscard]] ClientConfig const& config() const { return config_; }

  [[nodiscard]] SendWindow const& in_window() const { return in_window_; }

  [[nodiscard]] ReceiveWindow const& out_window() const { return out_window_; }

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  /// Of the present channels: the default ones, and those that are to follow them.
  [[nodiscard]] ChannelCookie const& cookie(Channel channel) const {
    return channel == Channel::in ? in_.cookie : out_.cookie;
  }

  [[nodiscard]] ChannelCookie const& successor_cookie(Channel channel) const {
    return channel == Channel::in ? in_successor_.cookie : out_successor_.cookie;
  }

  /// Of the last predecessor; zeros where there was none.
  [[nodiscard]] ChannelCookie const& former_cookie(Channel channel) const {
    return channel == Channel::in ? former_in_ : former_out_;
  }

  /// Channels that were replaced since the virtual connection was opened.
  [[nodiscard]] std::uint32_t recycled(Channel channel) const {
    return channel == Channel::in ? in_recycled_ : out_recycled_;
  }

  /// A recycling of IN that nobody asked for is not over: another one has to wait.
  [[nodiscard]] bool recycles_in_by_itself() const {
    return in_by_itself_ && (in_state_ != InState::opened || in_predecessor_ends_);
  }

  /// No recycling of this channel is under way.
  [[nodiscard]] bool settled(Channel channel) const {
    return channel == Channel::in ? in_state_ == InState::opened : out_state_ == OutState::opened;
  }

 private:
  enum class State { wait_a3, wait_c2, opened, finished };
  enum class InState { opened, opened_a4w, a5_due };
  enum class OutState { opened, opened_a6w, opened_a10w, b3w };

  /// One channel, by the names that it is known by.
  struct OneChannel {
    ChannelCookie cookie{};
    VirtualConnectionCookie virtual_connection{};  // as told to this proxy
    ReceiveWindowSize window{};                    // of the OUT channel
  };

  Result<void> on_rts(wire::PduView const& pdu, TimePoint now);
  Result<void> on_recycling(wire::RtsPdu const& pdu, TimePoint now);
  Result<void> on_a4(wire::RtsPdu const& pdu, TimePoint now);
  Result<void> on_out_a2();
  Result<void> on_out_a6(wire::RtsPdu const& pdu, TimePoint now);
  Result<void> on_out_end(TimePoint now);
  void open_out_successor();
  void send_a5(TimePoint now);
  void deliver(wire::PduView const& pdu, TimePoint now);
  void replay(TimePoint now);
  void send(Channel channel, Bytes bytes, TimePoint now, Instance instance = Instance::predecessor);
  void send_unless_withheld(wire::RtsPduKind kind, Send due, TimePoint now);
  [[nodiscard]] OneChannel successor_of(OneChannel const& predecessor, RecyclingSequence sequence);
  [[nodiscard]] bool fits_lifetime(std::size_t rpc_pdu) const;
  [[nodiscard]] bool fits_reserve(std::size_t rts_pdu) const;
  void acknowledge(wire::FlowControlAckCommand ack, TimePoint now);
  void recycle_when_due(TimePoint now);
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

  std::mt19937_64 random_;
  OneChannel in_;
  OneChannel out_;
  OneChannel in_successor_;
  OneChannel out_successor_;
  ChannelCookie former_in_{};
  ChannelCookie former_out_{};
  InState in_state_ = InState::opened;
  OutState out_state_ = OutState::opened;
  std::optional<SuccessorWishes> out_wishes_;
  std::vector<std::pair<wire::RtsPduKind, Send>> held_;
  wire::RtsPduKind a5_ = wire::RtsPduKind::InR2A5;
  bool a3_held_ = false;
  bool in_predecessor_ends_ = false;  // it is still open
  bool in_by_itself_ = false;         // the last recycling began by itself
  Bytes ack_for_successor_;           // the last one that the present IN channel can't carry
  std::deque<Bytes> early_;           // came on the OUT successor before its predecessor ended
  std::deque<Bytes> delivered_;       // keeps what Deliver events of replayed PDUs show
  std::uint64_t in_sent_ = 0;         // bytes on the present IN channel
  std::uint32_t in_recycled_ = 0;
  std::uint32_t out_recycled_ = 0;
};

}  // namespace rpchspec::session
