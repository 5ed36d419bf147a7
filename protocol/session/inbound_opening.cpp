// The inbound proxy's part in CONN: B1, B2, B3 (MS-RPCH 3.2.3.5.3, 3.2.3.5.4).

#include <algorithm>

#include "protocol/session/inbound_proxy.hpp"

namespace rpchspec::session {

InboundProxy::Step InboundProxy::on_first(wire::RtsPdu const& pdu) {
  if (wire::has_form(pdu, wire::RtsPduKind::ConnB1)) {
    return on_conn_b1(pdu);
  }
  if (wire::has_form(pdu, wire::RtsPduKind::InR1A1)) {
    return on_in_r1_a1(pdu);
  }
  return unexpected("neither CONN/B1 nor IN_R1/A1");
}

InboundProxy::Step InboundProxy::on_conn_b1(wire::RtsPdu const& pdu) {
  version_ = deviations_.version_not_min ? version_of(pdu) : lower_version(pdu, config_.version);
  virtual_connection_cookie_ = cookie_at<VirtualConnectionCookie>(pdu, 1);
  auto& channel = channel_.default_channel();
  channel.cookie = cookie_at<ChannelCookie>(pdu, 2);
  channel.begun = true;
  expected_predecessor_ = channel.cookie;
  auto const keepalive = std::get<wire::ClientKeepaliveCommand>(pdu.commands[4]).value;
  if (deviations_.refuse_zero_keepalive && keepalive.value == 0) {
    return unexpected("ClientKeepalive 0");
  }
  keepalive_ = effective(keepalive);
  association_group_id_ = std::get<wire::AssociationGroupIdCommand>(pdu.commands[5]).value;
  state_ = State::B3W;
  set_waiting(true);
  server_ = ServerLeg::connecting;
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void InboundProxy::on_server_connected(TimePoint) {
  outputs_.begin({});
  if (is_closed() || server_ != ServerLeg::connecting) {
    return;
  }
  if (keepalive_ && !deviations_.no_tcp_keepalive) {
    outputs_.signal(SetTcpKeepalive{*keepalive_});
  }
  if (deviations_.require_legacy_response && !is_greeted()) {
    server_ = ServerLeg::greeting;
    return;
  }
  open_towards_server();
  finish_input();
}

void InboundProxy::open_towards_server() {
  server_ = ServerLeg::connected;
  if (state_ == State::WaitB2) {
    send_in_r1_a2();
  } else {
    send_conn_b2();
  }
  outputs_.signal(AddCookie{virtual_connection_cookie_});
}

void InboundProxy::send_conn_b2() {
  wire::ConnB2 b2;
  b2.version = version_;
  b2.virtual_connection_cookie = virtual_connection_cookie_;
  b2.in_channel_cookie = channel_.default_channel().cookie;
  b2.receive_window = deviations_.zero_window ? ReceiveWindowSize(0) : config_.receive_window;
  b2.connection_timeout = config_.connection_timeout;
  b2.association_group_id = association_group_id_;
  b2.client_address = config_.client_address;
  if (deviations_.swap_cookies) {
    std::swap(b2.virtual_connection_cookie.bytes, b2.in_channel_cookie.bytes);
  }
  if (deviations_.timeout_in_seconds) {
    b2.connection_timeout.value /= 1000;
  }
  if (deviations_.random_association_group) {
    std::reverse(b2.association_group_id.bytes.begin(), b2.association_group_id.bytes.end());
    b2.association_group_id.bytes[0] ^= 0x5A;
  }
  auto pdu = wire::conn_b2(b2);
  if (deviations_.wrong_flags) {
    pdu.flags = wire::kRtsFlagNone;
  }
  outputs_.send(ProxyLeg::server, pdu);
  if (deviations_.not_plugged) {
    relay_.set_peer_window(config_.receive_window);
    relay_.unplug();
  }
}

void InboundProxy::on_server_failed(std::uint32_t rpc_error) {
  outputs_.begin({});
  if (!is_closed()) {
    outputs_.signal(Respond503{rpc_error});
    close(CloseReason::server_failed);
  }
}

InboundProxy::Step InboundProxy::on_conn_b3(wire::RtsPdu const& pdu) {
  state_ = State::Opened;
  set_waiting(false);
  relay_.set_peer_window(std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[0]).value);
  relay_.unplug();
  if (latitude_.acks_at_once) {
    relay_.owe_ack();
  }
  return Step::next;
}

}  // namespace rpchspec::session
