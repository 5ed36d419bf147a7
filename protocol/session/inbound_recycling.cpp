// The inbound proxy's part in IN_R1, on both sides, and in IN_R2 (MS-RPCH 3.2.3.5.5 to 3.2.3.5.8).

#include "protocol/session/inbound_proxy.hpp"

namespace rpchspec::session {
namespace {

wire::RtsPdu cookie_pdu(wire::RtsPduKind kind, ChannelCookie const& cookie) {
  auto pdu = wire::make(kind);
  pdu.commands[0] = wire::CookieCommand{RtsCookie{cookie.bytes}};
  return pdu;
}

}  // namespace

// -- IN_R1: the successor is ours, the predecessor another's ------------------------------------

InboundProxy::Step InboundProxy::on_in_r1_a1(wire::RtsPdu const& pdu) {
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
  channel.begun = true;
  expected_predecessor_ = channel.cookie;
  recycled_ = 1;
  state_ = State::WaitB2;
  server_ = ServerLeg::connecting;
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void InboundProxy::send_in_r1_a2() {
  auto const& successor =
      deviations_.recycling.wrong_successor ? predecessor_ : channel_.default_channel().cookie;
  auto a2 = wire::make(wire::RtsPduKind::InR1A2);
  a2.commands[0] = wire::VersionCommand{version_};
  a2.commands[1] = wire::CookieCommand{RtsCookie{virtual_connection_cookie_.bytes}};
  a2.commands[2] = wire::CookieCommand{RtsCookie{predecessor_.bytes}};
  a2.commands[3] = wire::CookieCommand{RtsCookie{successor.bytes}};
  a2.commands[4] = wire::ReceiveWindowSizeCommand{config_.receive_window};
  a2.commands[5] = wire::ConnectionTimeoutCommand{config_.connection_timeout};
  outputs_.send(ProxyLeg::server, a2);
  if (deviations_.recycling.unplugged) {
    relay_.set_peer_window(config_.receive_window);
    relay_.unplug();
  }
}

InboundProxy::Step InboundProxy::on_in_r1_b2(wire::RtsPdu const& pdu) {
  auto const window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[0]).value;
  state_ = State::Opened;
  relay_.set_peer_window(deviations_.recycling.ignore_b2_window ? ReceiveWindowSize(65536)
                                                                : window);
  relay_.unplug();
  return Step::next;
}

// -- IN_R1: the predecessor is ours -------------------------------------------------------------

/// A6 at once, then what waits for the server's window, then B1, then both connections close.
InboundProxy::Step InboundProxy::on_in_r1_a5(wire::RtsPdu const& pdu) {
  start_leaving();
  relay_.set_barrier();
  auto const& predecessor = channel_.default_channel().cookie;
  a6_ = cookie_pdu(wire::RtsPduKind::InR1A6, deviations_.recycling.wrong_successor
                                                 ? predecessor
                                                 : cookie_at<ChannelCookie>(pdu, 0));
  if (!deviations_.recycling.a6_last) {
    outputs_.send(ProxyLeg::server, a6_);
  }
  return Step::next;
}

void InboundProxy::leave() {
  if (deviations_.recycling.a6_last) {
    outputs_.send(ProxyLeg::server, a6_);
  }
  if (!deviations_.recycling.drop_b1) {
    outputs_.send(ProxyLeg::server, wire::make(wire::RtsPduKind::InR1B1));
  }
  if (!deviations_.recycling.keep_predecessor) {
    close(CloseReason::recycled);
  }
}

// -- IN_R2: both are ours -----------------------------------------------------------------------

void InboundProxy::on_successor(InboundProxyConfig const& of_request, TimePoint now) {
  outputs_.begin({});
  if (is_closed()) {
    return;
  }
  auto const in_state = state_ == State::Opened || deviations_.recycling.join_in_any_state;
  auto const too_often = deviations_.recycling.refuse_second && recycled_ != 0;
  if (!in_state || is_leaving() || channel_.nondefault() != nullptr || too_often) {
    static_cast<void>(unexpected("IN_R2/A1 while the channel is not opened"));
    if (!is_closed()) {
      outputs_.signal(CloseSuccessor{});
    }
    return;
  }
  last_client_bytes_ = now;
  channel_.add_successor(InChannel{{}, ContentBudget(of_request.content_length)});
  relay_.add_successor();
}

std::size_t InboundProxy::on_successor_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (is_closed() || channel_.nondefault() == nullptr) {
    return body.size();
  }
  last_client_bytes_ = now;
  auto const used =
      each_pdu(body, [this](wire::PduView const& pdu) { return on_successor_pdu(pdu); });
  if (is_stray_) {
    refuse_predecessor();
  }
  finish_input();
  return used;
}

bool InboundProxy::wants_successor_bytes() const {
  return !is_closed() && !leaves_successor_unread() && relay_.successor_has_room(wire::kMaxPduSize);
}

InboundProxy::Step InboundProxy::on_successor_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (channel_.nondefault() == nullptr) {
    return on_client_pdu(pdu);  // its own A5 has made it the default channel
  }
  if (leaves_successor_unread()) {
    return Step::wait;
  }
  auto& successor = *channel_.nondefault();
  auto const overtakes = deviations_.recycling.unplugged;
  auto const has_room =
      overtakes ? relay_.has_room(pdu.bytes.size()) : relay_.successor_has_room(pdu.bytes.size());
  if (!pdu.is_rts() && !has_room) {
    return Step::wait;
  }
  if (!successor.body.take(pdu.bytes.size())) {
    return refuse({ErrorCode::too_large, 0, "Content-Length", "MS-RPCH 2.1.2.1.7",
                   "the PDU ends after the end of the request body"});
  }
  if (is_stray_ && !pdu.is_rts()) {
    relay_.on_pdu(pdu.bytes);
    return Step::next;
  }
  if (!successor.begun) {
    auto const rts = pdu.is_rts() ? reader_.read(pdu.bytes) : Result<wire::RtsPdu const*>(nullptr);
    if (!rts) {
      return refuse(rts.error());
    }
    return *rts != nullptr && wire::has_form(**rts, wire::RtsPduKind::InR2A1)
               ? on_in_r2_a1(**rts)
               : unexpected("not IN_R2/A1");
  }
  if (pdu.is_rts()) {
    return on_client_rts(pdu, Instance::successor);
  }
  auto const arrival = overtakes ? relay_.on_pdu(pdu.bytes) : relay_.on_successor_pdu(pdu.bytes);
  return aborts(arrival) ? refuse_overrun() : Step::next;
}

/// From its first PDU to the predecessor's last: latitude.
bool InboundProxy::leaves_successor_unread() const {
  auto const* successor = channel_.nondefault();
  return latitude_.successor_unread && successor != nullptr && successor->begun;
}

InboundProxy::Step InboundProxy::refuse_predecessor() {
  return refuse({ErrorCode::bad_value, 0, "PredecessorCookie", "MS-RPCH 3.2.3.5.5.1",
                 "it is not the cookie of the default IN channel"});
}

InboundProxy::Step InboundProxy::on_in_r2_a1(wire::RtsPdu const& pdu) {
  if (is_leaving()) {
    return unexpected("IN_R2/A1 behind IN_R1/A5");
  }
  if (cookie_at<ChannelCookie>(pdu, 2) != expected_predecessor_ &&
      !deviations_.recycling.any_predecessor) {
    if (latitude_.newcomer_ends_alone) {
      channel_.drop_nondefault();
      relay_.drop_successor();
      outputs_.signal(CloseSuccessor{});
      return Step::stop;
    }
    is_stray_ = deviations_.recycling.carry_stray;
    return is_stray_ ? Step::next : refuse_predecessor();
  }
  auto& successor = *channel_.nondefault();
  successor.cookie = cookie_at<ChannelCookie>(pdu, 3);
  successor.begun = true;
  state_ = State::OpenedA5W;
  outputs_.send(
      ProxyLeg::server,
      cookie_pdu(wire::RtsPduKind::InR2A2,
                 deviations_.recycling.wrong_successor ? expected_predecessor_ : successor.cookie));
  return Step::next;
}

InboundProxy::Step InboundProxy::on_in_r2_a5(wire::RtsPdu const& pdu) {
  auto const successor = channel_.nondefault()->cookie;
  state_ = State::Opened;
  if (cookie_at<ChannelCookie>(pdu, 0) != successor &&
      !deviations_.recycling.any_successor_cookie) {
    if (deviations_.recycling.mismatch_ends_all) {
      return unexpected("another cookie in IN_R2/A5");
    }
    still_known_ = successor;  // the server was told of it
    if (latitude_.keeps_unmatched_cookie) {
      expected_predecessor_ = successor;
    }
    channel_.drop_nondefault();
    relay_.drop_successor();
    outputs_.signal(CloseSuccessor{});
    return Step::next;
  }
  predecessor_ = channel_.default_channel().cookie;
  still_known_ = predecessor_;
  ++recycled_;
  channel_.switch_default();
  if (!deviations_.recycling.keep_cookie) {
    expected_predecessor_ = channel_.default_channel().cookie;
  }
  relay_.switch_to_successor();
  if (deviations_.recycling.forget_window) {
    relay_.set_peer_window(ReceiveWindowSize(1U << 30));
  }
  outputs_.signal(SwitchClient{deviations_.recycling.keep_predecessor});
  return Step::stop;  // A5 is the last PDU of the predecessor
}

/// The proxy of the IN channel may take A8's form for what is asked of it, and A7's Version off.
void InboundProxy::send_out_r2_a8(wire::RtsPdu const& a7) {
  auto a8 = wire::make(wire::RtsPduKind::OutR2A8);
  a8.commands[1] = a7.commands[1];
  outputs_.send(ProxyLeg::server, a8);
}

/// Cookies that the server's acknowledgements may name. The leg to the server is the same before
/// and after IN_R2, so that all of them are about it.
bool InboundProxy::knows(RtsCookie const& cookie) const {
  auto const* successor = channel_.nondefault();
  return cookie.bytes == channel_.default_channel().cookie.bytes ||
         (successor != nullptr && cookie.bytes == successor->cookie.bytes) ||
         (still_known_ && cookie.bytes == still_known_->bytes);
}

}  // namespace rpchspec::session
