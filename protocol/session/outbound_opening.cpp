// The outbound proxy's part in CONN: A1, A2, A3, C1, C2 (MS-RPCH 3.2.4.5.3, 3.2.4.5.4).

#include "protocol/session/outbound_proxy.hpp"

namespace rpchspec::session {

OutboundProxy::Step OutboundProxy::on_first(wire::RtsPdu const& pdu) {
  if (wire::has_form(pdu, wire::RtsPduKind::ConnA1)) {
    return on_conn_a1(pdu);
  }
  if (wire::has_form(pdu, wire::RtsPduKind::OutR1A3)) {
    return on_out_r1_a3(pdu);
  }
  return unexpected("neither CONN/A1 nor OUT_R1/A3");
}

bool OutboundProxy::begins_a_channel(wire::RtsPdu const& pdu) {
  return wire::has_form(pdu, wire::RtsPduKind::ConnA1) ||
         wire::has_form(pdu, wire::RtsPduKind::OutR1A3);
}

/// A deviation: the server is told once more, over the connection that it has.
void OutboundProxy::open_again(wire::RtsPdu const& first) {
  if (wire::has_form(first, wire::RtsPduKind::ConnA1)) {
    send_conn_a2();
  } else {
    send_out_r1_a4();
  }
}

OutboundProxy::Step OutboundProxy::on_conn_a1(wire::RtsPdu const& pdu) {
  version_ = deviations_.version_not_min ? version_of(pdu) : lower_version(pdu, config_.version);
  virtual_connection_cookie_ = cookie_at<VirtualConnectionCookie>(pdu, 1);
  auto& channel = channel_.default_channel();
  channel.cookie = cookie_at<ChannelCookie>(pdu, 2);
  channel.client_window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[3]).value;
  channel.begun = true;
  expected_predecessor_ = acknowledged_ = channel.cookie;
  state_ = State::C1W;
  set_waiting(true);
  server_ = ServerLeg::connecting;
  if (deviations_.head_before_connect) {
    send_head();
  }
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void OutboundProxy::on_server_connected(TimePoint now) {
  outputs_.begin({});
  if (is_closed() || server_ != ServerLeg::connecting) {
    return;
  }
  if (deviations_.require_legacy_response && !is_greeted()) {
    server_ = ServerLeg::greeting;
    return;
  }
  open_towards_both(now);
  finish_input(now);
}

/// CONN/A2, the head of the response, CONN/A3, in this order (3.2.4.5.3). A successor has only its
/// OUT_R1/A4 to send until OUT_R1/A11.
void OutboundProxy::open_towards_both(TimePoint now) {
  server_ = ServerLeg::connected;
  last_from_server_ = now;
  if (state_ != State::A11W || !latitude_.successor_unlisted) {
    outputs_.signal(AddCookie{virtual_connection_cookie_});
  }
  if (state_ == State::A11W) {
    send_out_r1_a4();
    return;
  }
  send_conn_a2();
  send_head();
  if (!deviations_.hold_a3) {
    send_conn_a3();
  }
  relay_.set_peer_window(channel_.default_channel().client_window);
  relay_.unplug();
}

void OutboundProxy::send_conn_a2() {
  auto cookie = virtual_connection_cookie_;
  auto channel_cookie = channel_.default_channel().cookie;
  if (deviations_.swap_cookies) {
    std::swap(cookie.bytes, channel_cookie.bytes);
  }
  auto const window = deviations_.zero_window ? ReceiveWindowSize(0) : config_.receive_window;
  auto lifetime = config_.channel_lifetime;
  if (deviations_.wrong_lifetime) {
    lifetime.value /= 2;
  }
  auto pdu = wire::conn_a2(version_, cookie, channel_cookie, lifetime, window);
  if (deviations_.wrong_flags) {
    pdu.flags = wire::kRtsFlagNone;
  }
  outputs_.send(ProxyLeg::server, pdu);
}

void OutboundProxy::send_conn_a3() {
  auto timeout = config_.connection_timeout;
  if (deviations_.timeout_in_seconds) {
    timeout.value /= 1000;
  }
  send_to_client(wire::conn_a3(timeout));
}

void OutboundProxy::on_server_failed(std::uint32_t rpc_error) {
  outputs_.begin({});
  if (is_closed()) {
    return;
  }
  if (!channel_.default_channel().answered) {
    outputs_.signal(Respond503{rpc_error});
  }
  close(CloseReason::server_failed);
}

/// CONN/C2 carries what CONN/C1 says, or our own values (AMB-06).
OutboundProxy::Step OutboundProxy::on_conn_c1(wire::RtsPdu const& pdu) {
  state_ = State::Opened;
  set_waiting(false);
  if (deviations_.hold_a3) {
    send_conn_a3();
  }
  if (latitude_.acks_at_once) {
    relay_.owe_ack();
  }
  if (deviations_.drop_c2) {
    return Step::next;
  }
  if (latitude_.own_c2) {
    auto const own = wire::conn_c2(version_, config_.receive_window,
                                   channel_.default_channel().connection_timeout);
    return send_to_client(own) ? Step::next : Step::stop;
  }
  auto window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[1]).value;
  if (deviations_.halve_c2_window) {
    window.value /= 2;
  }
  auto const sent = send_to_client(
      wire::conn_c2(std::get<wire::VersionCommand>(pdu.commands[0]).value, window,
                    std::get<wire::ConnectionTimeoutCommand>(pdu.commands[2]).value));
  return sent ? Step::next : Step::stop;
}

}  // namespace rpchspec::session
