// The outbound proxy's part in OUT_R1, on both sides, and in OUT_R2 (MS-RPCH 3.2.4.5.6 to
// 3.2.4.5.12).

#include "protocol/session/outbound_proxy.hpp"

namespace rpchspec::session {

// -- OUT_R1: the successor is ours, the predecessor another's -----------------------------------

OutboundProxy::Step OutboundProxy::on_out_r1_a3(wire::RtsPdu const& pdu) {
  auto const cookie = cookie_at<VirtualConnectionCookie>(pdu, 1);
  if (auto const step = look_up(cookie); step != Step::next) {
    return step;
  }
  version_ =
      deviations_.recycling.version_not_min ? version_of(pdu) : lower_version(pdu, config_.version);
  virtual_connection_cookie_ = cookie;
  predecessor_ = cookie_at<ChannelCookie>(pdu, 2);
  auto& channel = channel_.default_channel();
  channel.cookie = cookie_at<ChannelCookie>(pdu, 3);
  channel.client_window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[4]).value;
  channel.begun = true;
  expected_predecessor_ = acknowledged_ = channel.cookie;
  recycled_ = 1;
  state_ = State::A11W;
  server_ = ServerLeg::connecting;
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void OutboundProxy::send_out_r1_a4() {
  auto const& recycling = deviations_.recycling;
  auto const& channel = channel_.default_channel();
  auto lifetime = config_.channel_lifetime;
  if (recycling.wrong_lifetime) {
    lifetime.value /= 2;
  }
  auto const& successor = recycling.wrong_successor ? predecessor_ : channel.cookie;
  auto a4 = wire::make(wire::RtsPduKind::OutR1A4);
  a4.commands[0] = wire::VersionCommand{version_};
  a4.commands[1] = wire::CookieCommand{RtsCookie{virtual_connection_cookie_.bytes}};
  a4.commands[2] = wire::CookieCommand{RtsCookie{predecessor_.bytes}};
  a4.commands[3] = wire::CookieCommand{RtsCookie{successor.bytes}};
  a4.commands[4] = wire::ChannelLifetimeCommand{lifetime};
  a4.commands[5] = wire::ReceiveWindowSizeCommand{config_.receive_window};
  a4.commands[6] = wire::ConnectionTimeoutCommand{config_.connection_timeout};
  outputs_.send(ProxyLeg::server, a4);
  if (recycling.head_at_once) {
    send_head();
  }
}

OutboundProxy::Step OutboundProxy::on_out_r1_a11() {
  auto const& recycling = deviations_.recycling;
  state_ = State::Opened;
  send_head();
  if (recycling.a3_again) {
    send_conn_a3();
  }
  relay_.set_peer_window(recycling.keep_client_window ? ReceiveWindowSize(65536)
                                                      : channel_.default_channel().client_window);
  relay_.unplug();
  return Step::next;
}

// -- OUT_R1: the predecessor is ours ------------------------------------------------------------

/// What waits for the client's window, then A10, then both connections close.
OutboundProxy::Step OutboundProxy::on_out_r1_a9() {
  if (is_leaving()) {
    return unexpected("OUT_R1/A9 a second time");
  }
  start_leaving();
  relay_.set_barrier();
  return Step::next;
}

void OutboundProxy::leave() {
  auto const& recycling = deviations_.recycling;
  if (!recycling.drop_b3) {
    send_to_client(wire::make(wire::RtsPduKind::OutR1A10));
  }
  if (recycling.keep_predecessor) {
    relay_.pass_barrier(std::nullopt, PlugState::plugged);
  } else {
    close(CloseReason::recycled);
  }
}

// -- OUT_R2: both are ours ----------------------------------------------------------------------

void OutboundProxy::on_successor(OutboundProxyConfig const& of_request, TimePoint) {
  outputs_.begin({});
  if (is_closed()) {
    return;
  }
  auto const& recycling = deviations_.recycling;
  auto const in_state = state_ == State::Opened || recycling.join_in_any_state;
  auto const too_often = recycling.refuse_second && recycled_ != 0;
  if (!in_state || is_leaving() || channel_.nondefault() != nullptr || too_often) {
    static_cast<void>(unexpected("OUT_R2/A3 while the channel is not opened"));
    if (!is_closed()) {
      outputs_.signal(CloseSuccessor{});
    }
    return;
  }
  channel_.add_successor(new_channel(of_request));
}

std::size_t OutboundProxy::on_successor_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (is_closed() || channel_.nondefault() == nullptr) {
    return body.size();
  }
  auto const used =
      each_pdu(body, [this](wire::PduView const& pdu) { return on_successor_pdu(pdu); });
  finish_input(now);
  return used;
}

OutboundProxy::Step OutboundProxy::on_successor_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (!pdu.is_rts()) {
    return refuse_direction(ProxyLeg::client);
  }
  if (channel_.nondefault()->begun) {
    return on_client_rts(pdu, Instance::successor);
  }
  auto const rts = reader_.read(pdu.bytes);
  if (!rts) {
    return refuse(rts.error());
  }
  return wire::has_form(**rts, wire::RtsPduKind::OutR2A3) ? on_out_r2_a3(**rts)
                                                          : unexpected("not OUT_R2/A3");
}

OutboundProxy::Step OutboundProxy::on_out_r2_a3(wire::RtsPdu const& pdu) {
  if (is_leaving()) {
    return unexpected("OUT_R2/A3 behind OUT_R1/A9");
  }
  auto const& recycling = deviations_.recycling;
  if (cookie_at<ChannelCookie>(pdu, 2) != expected_predecessor_ && !recycling.any_predecessor) {
    if (latitude_.newcomer_ends_alone) {
      channel_.drop_nondefault();
      outputs_.signal(CloseSuccessor{});
      return Step::stop;
    }
    return refuse({ErrorCode::bad_value, 0, "PredecessorCookie", "MS-RPCH 3.2.4.5.6.1",
                   "it is not the cookie of the default OUT channel"});
  }
  auto& successor = *channel_.nondefault();
  successor.cookie = cookie_at<ChannelCookie>(pdu, 3);
  successor.client_window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[4]).value;
  successor.begun = true;
  state_ = State::B1OrC1W;
  auto a4 = wire::make(wire::RtsPduKind::OutR2A4);
  auto const& named = recycling.wrong_successor ? expected_predecessor_ : successor.cookie;
  a4.commands[0] = wire::CookieCommand{RtsCookie{named.bytes}};
  outputs_.send(ProxyLeg::server, a4);
  return Step::next;
}

/// The server sends for the successor from here on. What waits for the predecessor's window goes
/// out first: the switch is made when the last of it went.
OutboundProxy::Step OutboundProxy::on_out_r2_b1() {
  if (relay_.has_barrier()) {
    return unexpected("OUT_R2/B1 a second time");
  }
  relay_.set_barrier();
  if (latitude_.acks_former) {
    relay_.owe_ack();
    send_due_ack();
  }
  predecessor_ = acknowledged_;
  acknowledged_ = channel_.nondefault()->cookie;
  if (latitude_.counters_restart) {
    relay_.restart_count();
  }
  ++recycled_;
  return Step::next;
}

void OutboundProxy::switch_channel() {
  auto const& recycling = deviations_.recycling;
  auto const is_ready = state_ == State::B1W;
  if (is_ready && latitude_.head_before_b3) {
    channel_.nondefault()->answered = true;
    outputs_.signal(ResponseHead{ProxyLeg::successor});
  }
  if (!recycling.drop_b3) {
    auto b3 = wire::make(wire::RtsPduKind::OutR2B3);
    if (recycling.b3_without_eof) {
      b3.flags = wire::kRtsFlagNone;
    }
    if (!send_to_client(b3)) {
      return;
    }
  }
  outputs_.signal(SwitchClient{recycling.keep_predecessor});
  channel_.switch_default();
  auto const& channel = channel_.default_channel();
  if (!recycling.keep_cookie) {
    expected_predecessor_ = channel.cookie;
  }
  state_ = is_ready ? State::Opened : State::R2C1W;
  auto const answers = is_ready || recycling.head_without_c1;
  if (answers) {
    send_head();
    send_what_waited_for_head();
    if (recycling.a3_again) {
      send_conn_a3();
    }
  }
  auto const window = recycling.keep_client_window ? std::optional<ReceiveWindowSize>()
                                                   : std::optional(channel.client_window);
  relay_.pass_barrier(window, answers ? PlugState::unplugged : PlugState::plugged);
}

OutboundProxy::Step OutboundProxy::on_out_r2_b2() {
  if (relay_.has_barrier() || deviations_.recycling.b2_ends_all) {
    return unexpected("OUT_R2/B2");
  }
  state_ = deviations_.recycling.b2_leaves_waiting ? State::R2C1W : State::Opened;
  channel_.drop_nondefault();
  outputs_.signal(CloseSuccessor{});
  return Step::next;
}

OutboundProxy::Step OutboundProxy::on_out_r2_c1() {
  if (state_ == State::B1OrC1W) {
    state_ = State::B1W;
    return Step::next;
  }
  state_ = State::Opened;
  send_head();
  relay_.unplug();
  return Step::next;
}

}  // namespace rpchspec::session
