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
  Deviations deviations{};
};

/// Bytes of the request's body and of the server connection go in; events come out.
///
/// After each input pull next_event() until it is empty; views in events live until the next input.
/// Inputs take whole PDUs and return how many bytes they used; the shell keeps the rest and brings
/// it again, with more.
class InboundProxy : public ProxyRole {
 public:
  /// Names of 3.2.3.1.2.
  enum class State { OpenStart, B3W, WaitB2, Opened, OpenedA5W, Finished };

  InboundProxy(InboundProxyConfig const& config, TimePoint now);
  InboundProxy(InboundProxy const&) = delete;
  InboundProxy& operator=(InboundProxy const&) = delete;

  /// The request is an echo request, not a channel (3.2.3.5.9). Only as the first input.
  void on_echo_request();

  [[nodiscard]] std::size_t on_client_bytes(ByteView body, TimePoint now);
  [[nodiscard]] std::size_t on_server_bytes(ByteView bytes, TimePoint now);

  /// Answers to ConnectServer. @param rpc_error  for the 503; no reserved status code.
  void on_server_connected(TimePoint now);
  void on_server_failed(std::uint32_t rpc_error);

  /// The peer of this leg closed, reset, or half-closed.
  void on_closed(ProxyLeg leg);
  void on_deadline(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const;

  /// False: client bytes brought now would stay where they are (not connected yet, or overrun).
  [[nodiscard]] bool wants_client_bytes() const;

  [[nodiscard]] bool wants_server_bytes() const { return state_ != State::Finished; }

  [[nodiscard]] State state() const { return state_; }

  [[nodiscard]] Relay const& relay() const { return relay_; }

  [[nodiscard]] VirtualConnectionCookie const& virtual_connection_cookie() const {
    return virtual_connection_cookie_;
  }

 private:
  /// One instance of the channel between client and inbound proxy.
  struct InChannel {
    ChannelCookie cookie{};
  };

  enum class ServerLeg { none, connecting, greeting, connected };

  Step on_client_pdu(wire::PduView const& pdu);
  Step on_client_rts(wire::PduView const& pdu);
  Step on_server_pdu(wire::PduView const& pdu);
  Step on_server_rts(wire::PduView const& pdu);
  Step on_conn_b1(wire::RtsPdu const& pdu);
  Step on_conn_b3(wire::RtsPdu const& pdu);
  Step on_keep_alive(wire::RtsPdu const& pdu, ByteView bytes);
  Step on_flow_control_ack(wire::FlowControlAckCommand const& ack);
  Step unexpected(std::string_view what);
  void send_conn_b2();
  void finish_input();
  void finish(CloseReason reason);

  InboundProxyConfig config_;
  State state_ = State::OpenStart;
  ServerLeg server_ = ServerLeg::none;
  ContentBudget body_;
  VirtualChannel<InChannel> channel_{InChannel{}};
  VirtualConnectionCookie virtual_connection_cookie_{};
  AssociationGroupId association_group_id_{};
  std::uint32_t version_ = 1;
  ClientKeepalive keepalive_{300000};
  TimePoint first_pdu_by_;
  TimePoint last_client_bytes_;
  Relay relay_;
};

}  // namespace rpchspec::session
