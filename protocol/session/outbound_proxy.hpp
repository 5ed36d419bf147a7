// The outbound proxy role of one virtual OUT channel (MS-RPCH 3.2.4). No I/O, no clock.

#pragma once

#include "protocol/session/proxy_role.hpp"
#include "protocol/session/relay.hpp"

namespace rpchspec::session {

enum class Pings { on, off };

struct OutboundProxyConfig {
  std::uint32_t version = 1;
  ReceiveWindowSize receive_window{65536};       // announced in CONN/A2
  ConnectionTimeout connection_timeout{900000};  // milliseconds; announced in CONN/A3
  ChannelLifetime channel_lifetime{1U << 30};    // Content-Length of the response
  Pings pings = Pings::on;
  Duration idle_timeout = Duration::max();  // without bytes from the server: close
  ReceiveWindow::AckPolicy ack_policy = ReceiveWindow::AckPolicy::at_half;
  Deviations deviations{};
};

/// Windows tells the server of its pings when they add up to more than this (fn 50).
inline constexpr std::uint32_t kPingTrafficThreshold = 1031;  // bytes

/// Bytes of the request's body and of the server connection go in; events come out. The rules of
/// use are InboundProxy's.
class OutboundProxy : public ProxyRole {
 public:
  /// Names of 3.2.4.1.3.
  enum class State { OpenStart, C1W, Opened, A11W, B1OrC1W, B1W, R2C1W, Finished };

  OutboundProxy(OutboundProxyConfig const& config, TimePoint now);
  OutboundProxy(OutboundProxy const&) = delete;
  OutboundProxy& operator=(OutboundProxy const&) = delete;

  /// The request is an echo request, not a channel (3.2.4.5.13). Only as the first input.
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

  /// False: bytes of that leg brought now would stay where they are.
  [[nodiscard]] bool wants_client_bytes() const;
  [[nodiscard]] bool wants_server_bytes() const;

  [[nodiscard]] State state() const { return state_; }

  [[nodiscard]] Relay const& relay() const { return relay_; }

  [[nodiscard]] ContentBudget const& response_budget() const { return budget_; }

  [[nodiscard]] VirtualConnectionCookie const& virtual_connection_cookie() const {
    return virtual_connection_cookie_;
  }

 private:
  /// One instance of the channel between outbound proxy and client.
  struct OutChannel {
    ChannelCookie cookie{};
    ReceiveWindowSize client_window{};
  };

  enum class ServerLeg { none, connecting, greeting, connected };

  Step on_client_pdu(wire::PduView const& pdu);
  Step on_client_rts(wire::PduView const& pdu);
  Step on_server_pdu(wire::PduView const& pdu);
  Step on_server_rts(wire::PduView const& pdu);
  Step on_conn_a1(wire::RtsPdu const& pdu);
  Step on_conn_c1(wire::RtsPdu const& pdu);
  Step on_flow_control_ack(wire::FlowControlAckCommand const& ack);
  Step unexpected(std::string_view what);
  void open_towards_both(TimePoint now);
  void send_conn_a2();
  void send_conn_a3();
  void send_ping(TimePoint now);
  bool send_to_client(wire::RtsPdu const& pdu);
  void finish_input(TimePoint now);
  void finish(CloseReason reason);
  [[nodiscard]] TimePoint next_ping() const;

  OutboundProxyConfig config_;
  State state_ = State::OpenStart;
  ServerLeg server_ = ServerLeg::none;
  VirtualChannel<OutChannel> channel_{OutChannel{}};
  VirtualConnectionCookie virtual_connection_cookie_{};
  std::uint32_t version_ = 1;
  std::uint32_t ping_traffic_ = 0;  // bytes of pings that the server was not told of yet
  TimePoint first_pdu_by_;
  TimePoint last_to_client_;
  TimePoint last_from_server_;
  ContentBudget budget_;
  Relay relay_;
};

}  // namespace rpchspec::session
