// The inbound proxy role of one virtual IN channel (MS-RPCH 3.2.3). No I/O, no clock.

#pragma once

#include "protocol/session/proxy_role.hpp"
#include "protocol/session/relay.hpp"

namespace rpchspec::session {

struct InboundProxyConfig {
  std::uint32_t version = 1;
  ReceiveWindowSize receive_window{65536};       // announced in CONN/B2
  ConnectionTimeout connection_timeout{900000};  // milliseconds; announced in CONN/B2
  wire::ClientAddressCommand client_address{};   // for CONN/B2
  std::uint64_t content_length = 1U << 30;       // of the IN request
  Duration idle_timeout = Duration::max();       // without bytes from the client: close
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  RoleLatitude latitude{};
  Deviations deviations{};
};

/// Bytes of the request's body and of the server connection go in; events come out.
///
/// After each input pull next_event() until it is empty; views in events live until the next input.
/// Inputs take whole PDUs and return how many bytes they used; the shell keeps the rest and brings
/// it again, with more.
///
/// A request that begins with IN_R1/A1 asks its shell for the virtual connection (LookUpCookie).
/// Where it is known, its machine gets the request as its successor (IN_R2).
class InboundProxy : public ProxyRole {
 public:
  /// Names of 3.2.3.1.2.
  enum class State { OpenStart, B3W, WaitB2, Opened, OpenedA5W, Finished };

  InboundProxy(InboundProxyConfig const& config, TimePoint now);
  InboundProxy(InboundProxy const&) = delete;
  InboundProxy& operator=(InboundProxy const&) = delete;

  [[nodiscard]] std::size_t on_client_bytes(ByteView body, TimePoint now);
  [[nodiscard]] std::size_t on_server_bytes(ByteView bytes, TimePoint now);

  /// Another IN request turned out to belong to this virtual connection (3.2.3.5.5.1). Its bytes
  /// follow, from the first on. Closes all where the channel is in no state for it.
  void on_successor(InboundProxyConfig const& of_request, TimePoint now);
  [[nodiscard]] std::size_t on_successor_bytes(ByteView body, TimePoint now);

  /// Answers to ConnectServer. @param rpc_error  for the 503; no reserved status code.
  void on_server_connected(TimePoint now);
  void on_server_failed(std::uint32_t rpc_error);

  void on_deadline(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const;

  /// False: client bytes brought now would stay where they are (not connected yet, or overrun).
  [[nodiscard]] bool wants_client_bytes() const;
  [[nodiscard]] bool wants_successor_bytes() const;

  [[nodiscard]] bool wants_server_bytes() const { return !is_closed(); }

  [[nodiscard]] State state() const { return is_closed() ? State::Finished : state_; }

  [[nodiscard]] Relay const& relay() const { return relay_; }

  [[nodiscard]] VirtualConnectionCookie const& virtual_connection_cookie() const {
    return virtual_connection_cookie_;
  }

 private:
  /// One instance of the channel between client and inbound proxy.
  struct InChannel {
    ChannelCookie cookie{};
    ContentBudget body;
    bool begun = false;  // its first PDU came
  };

  Step on_client_pdu(wire::PduView const& pdu);
  Step on_successor_pdu(wire::PduView const& pdu);
  Step on_client_rts(wire::PduView const& pdu, Instance from);
  Step on_server_pdu(wire::PduView const& pdu);
  Step on_server_rts(wire::PduView const& pdu);
  Step on_keep_alive(wire::RtsPdu const& pdu, ByteView bytes);
  Step on_flow_control_ack(wire::FlowControlAckCommand const& ack);
  void finish_input();

  // Opening.
  Step on_first(wire::RtsPdu const& pdu);
  Step on_conn_b1(wire::RtsPdu const& pdu);
  Step on_conn_b3(wire::RtsPdu const& pdu);
  void open_towards_server();
  void send_conn_b2();

  // Recycling.
  Step on_in_r1_a1(wire::RtsPdu const& pdu);
  Step on_in_r1_a5(wire::RtsPdu const& pdu);
  Step on_in_r1_b2(wire::RtsPdu const& pdu);
  Step on_in_r2_a1(wire::RtsPdu const& pdu);
  Step refuse_predecessor();
  Step on_in_r2_a5(wire::RtsPdu const& pdu);
  void send_in_r1_a2();
  void send_out_r2_a8(wire::RtsPdu const& a7);
  void leave();
  [[nodiscard]] bool knows(RtsCookie const& cookie) const;
  [[nodiscard]] bool leaves_successor_unread() const;
  [[nodiscard]] TimePoint ping_server_at() const;

  /// 0 stands for 300000 ms (2.2.3.5.6).
  [[nodiscard]] static ClientKeepalive effective(ClientKeepalive keepalive);

  InboundProxyConfig config_;
  State state_ = State::OpenStart;
  VirtualChannel<InChannel> channel_;
  VirtualConnectionCookie virtual_connection_cookie_{};
  ChannelCookie expected_predecessor_{};      // of the next recycling
  ChannelCookie predecessor_{};               // of the last one
  std::optional<ChannelCookie> still_known_;  // not current, but the server may still name it
  AssociationGroupId association_group_id_{};
  std::uint32_t version_ = 1;
  std::uint32_t recycled_ = 0;  // times
  bool is_stray_ = false;       // a deviation: the successor named another predecessor
  std::optional<ClientKeepalive> keepalive_;
  wire::RtsPdu a6_{};
  TimePoint first_pdu_by_;
  TimePoint last_client_bytes_;
  TimePoint last_to_server_;
  Relay relay_;
};

}  // namespace rpchspec::session
