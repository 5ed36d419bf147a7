// The outbound proxy role of one virtual OUT channel (MS-RPCH 3.2.4). No I/O, no clock.

#pragma once

#include "protocol/session/proxy_role.hpp"
#include "protocol/session/relay.hpp"

namespace rpchspec::session {

/// AMB-07. on: after half a ConnectionTimeout without bytes to the client; at_whole: after a whole
/// one; regular: each half, whatever else was sent.
enum class Pings { on, at_whole, regular, off };

struct OutboundProxyConfig {
  std::uint32_t version = 1;
  ReceiveWindowSize receive_window{65536};       // announced in CONN/A2
  ConnectionTimeout connection_timeout{900000};  // milliseconds; announced in CONN/A3
  ChannelLifetime channel_lifetime{1U << 30};    // Content-Length of the response
  Pings pings = Pings::on;
  /// The server is told of pings when they add up to more bytes than this; Windows' value (fn 50).
  std::uint32_t ping_traffic_threshold = 1031;
  Duration idle_timeout = Duration::max();  // without bytes from the server: close
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  RoleLatitude latitude{};
  Deviations deviations{};
};

/// Bytes of the request's body and of the server connection go in; events come out. The rules of
/// use are InboundProxy's, and OUT_R*/A3 does here what IN_R*/A1 does there.
class OutboundProxy : public ProxyRole {
 public:
  /// Names of 3.2.4.1.3.
  enum class State { OpenStart, C1W, Opened, A11W, B1OrC1W, B1W, R2C1W, Finished };

  OutboundProxy(OutboundProxyConfig const& config, TimePoint now);
  OutboundProxy(OutboundProxy const&) = delete;
  OutboundProxy& operator=(OutboundProxy const&) = delete;

  [[nodiscard]] std::size_t on_client_bytes(ByteView body, TimePoint now);
  [[nodiscard]] std::size_t on_server_bytes(ByteView bytes, TimePoint now);

  /// Another OUT request turned out to belong to this virtual connection (3.2.4.5.6.1). Its bytes
  /// follow, from the first on. Closes all where the channel is in no state for it.
  void on_successor(OutboundProxyConfig const& of_request, TimePoint now);
  [[nodiscard]] std::size_t on_successor_bytes(ByteView body, TimePoint now);

  /// Answers to ConnectServer. @param rpc_error  for the 503; no reserved status code.
  void on_server_connected(TimePoint now);
  void on_server_failed(std::uint32_t rpc_error);

  void on_deadline(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const;

  /// False: bytes of that leg brought now would stay where they are.
  [[nodiscard]] bool wants_client_bytes() const;
  [[nodiscard]] bool wants_server_bytes() const;

  [[nodiscard]] bool wants_successor_bytes() const { return !is_closed(); }

  [[nodiscard]] State state() const { return is_closed() ? State::Finished : state_; }

  [[nodiscard]] Relay const& relay() const { return relay_; }

  /// Of the default channel.
  [[nodiscard]] ContentBudget const& response_budget() const {
    return channel_.default_channel().budget;
  }

  [[nodiscard]] VirtualConnectionCookie const& virtual_connection_cookie() const {
    return virtual_connection_cookie_;
  }

 private:
  /// One instance of the channel between outbound proxy and client.
  struct OutChannel {
    ChannelCookie cookie{};
    ReceiveWindowSize client_window{};
    ContentBudget budget;
    ConnectionTimeout connection_timeout;
    bool begun = false;     // its first PDU came
    bool answered = false;  // the response's head went out
  };

  Step on_client_pdu(wire::PduView const& pdu);
  Step on_successor_pdu(wire::PduView const& pdu);
  Step on_client_rts(wire::PduView const& pdu, Instance from);
  Step on_server_pdu(wire::PduView const& pdu);
  Step on_server_rts(wire::PduView const& pdu);
  Step on_routed_by_server(wire::RtsPdu const& pdu,
                           wire::ForwardDestination to,
                           wire::PduView const& bytes);
  Step hold_until_head(ByteView pdu);
  Step on_flow_control_ack(wire::FlowControlAckCommand const& ack);
  void send_ping(TimePoint now);
  bool send_to_client(wire::RtsPdu const& pdu);
  void send_head();
  void send_what_waited_for_head();
  void finish_input(TimePoint now);
  void send_due_ack();
  [[nodiscard]] OutChannel new_channel(OutboundProxyConfig const& of_request) const;
  [[nodiscard]] TimePoint next_ping() const;

  // Opening.
  Step on_first(wire::RtsPdu const& pdu);
  [[nodiscard]] static bool begins_a_channel(wire::RtsPdu const& pdu);
  void open_again(wire::RtsPdu const& first);
  Step on_conn_a1(wire::RtsPdu const& pdu);
  Step on_conn_c1(wire::RtsPdu const& pdu);
  void open_towards_both(TimePoint now);
  void send_conn_a2();
  void send_conn_a3();

  // Recycling.
  Step on_out_r1_a3(wire::RtsPdu const& pdu);
  Step on_out_r1_a9();
  Step on_out_r1_a11();
  Step on_out_r2_a3(wire::RtsPdu const& pdu);
  Step on_out_r2_b1();
  Step on_out_r2_b2();
  Step on_out_r2_c1();
  void send_out_r1_a4();
  void leave();
  void switch_channel();

  OutboundProxyConfig config_;
  State state_ = State::OpenStart;
  VirtualChannel<OutChannel> channel_;
  VirtualConnectionCookie virtual_connection_cookie_{};
  ChannelCookie expected_predecessor_{};  // of the next recycling
  ChannelCookie predecessor_{};           // of the last one
  ChannelCookie acknowledged_{};          // what acknowledgements to the server name
  std::uint32_t version_ = 1;
  std::uint32_t recycled_ = 0;      // times
  std::uint32_t ping_traffic_ = 0;  // bytes of pings that the server was not told of yet
  Bytes before_head_;               // RTS PDUs for a client whose response has not begun
  TimePoint first_pdu_by_;
  TimePoint last_to_client_;
  TimePoint last_ping_;
  TimePoint last_from_server_;
  Relay relay_;
};

}  // namespace rpchspec::session
