#include "protocol/session/inbound_proxy.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

Relay::Options relay_options(InboundProxyConfig const& config) {
  Relay::Options options;
  options.receive_window = config.receive_window;
  options.ack_policy = config.ack_policy;
  options.to = ProxyLeg::server;
  options.plug = PlugState::plugged;
  options.strict_window = config.latitude.strict_window;
  options.deviations = config.deviations.relay;
  return options;
}

}  // namespace

InboundProxy::InboundProxy(InboundProxyConfig const& config, TimePoint now)
    : ProxyRole(Role::InboundProxy, config.deviations, config.latitude),
      config_(config),
      channel_(InChannel{{}, ContentBudget(config.content_length)}),
      first_pdu_by_(later(now, std::chrono::milliseconds(config.connection_timeout.value))),
      last_client_bytes_(now),
      last_to_server_(now),
      relay_(relay_options(config), outputs_) {}

ClientKeepalive InboundProxy::effective(ClientKeepalive keepalive) {
  return keepalive.value == 0 ? ClientKeepalive(300000) : keepalive;
}

std::size_t InboundProxy::on_client_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (is_closed()) {
    return body.size();
  }
  last_client_bytes_ = now;
  auto const used = each_pdu(body, [this](wire::PduView const& pdu) { return on_client_pdu(pdu); });
  finish_input();
  if (outputs_.sends_to(ProxyLeg::server)) {
    last_to_server_ = now;
  }
  return used;
}

bool InboundProxy::wants_client_bytes() const {
  return !is_closed() && !waits_for_server() && !waits_for_look_up() &&
         relay_.has_room(wire::kMaxPduSize);
}

InboundProxy::Step InboundProxy::on_client_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (waits_for_server() || waits_for_look_up()) {
    return Step::wait;
  }
  if (is_leaving()) {
    return unexpected("a PDU behind IN_R1/A5");
  }
  if (!pdu.is_rts() && state_ == State::OpenStart) {
    return unexpected("an RPC PDU before CONN/B1");
  }
  if (!pdu.is_rts() && !relay_.has_room(pdu.bytes.size())) {
    return Step::wait;
  }
  if (!channel_.default_channel().body.take(pdu.bytes.size())) {
    return refuse({ErrorCode::too_large, 0, "Content-Length", "MS-RPCH 2.1.2.1.7",
                   "the PDU ends after the end of the request body"});
  }
  if (pdu.is_rts()) {
    relay_.on_rts(pdu.bytes.size());
    auto const step = on_client_rts(pdu, Instance::predecessor);
    if (step == Step::wait) {  // only the first one is ever left, and it counts when it comes again
      channel_.default_channel().body = ContentBudget(config_.content_length);
    }
    return step;
  }
  return aborts(relay_.on_pdu(pdu.bytes)) ? refuse_overrun() : Step::next;
}

/// RTS PDUs of the client, on either channel while there are two.
InboundProxy::Step InboundProxy::on_client_rts(wire::PduView const& pdu, Instance from) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (state_ == State::OpenStart) {
      return unexpected("a routed PDU before CONN/B1");
    }
    if (deviations_.recycling.refuse_overlap && state_ == State::OpenedA5W &&
        !wire::find<wire::FlowControlAckCommand>(rts)) {
      return unexpected("OUT_R1/A7");
    }
    if (refuses_to_route(rts)) {
      return unexpected("a routed PDU of no known form");
    }
    if (latitude_.a8_without_version && wire::has_form(rts, wire::RtsPduKind::OutR2A7)) {
      send_out_r2_a8(rts);
    } else {
      static_cast<void>(route(ProxyLeg::client, destination->value, pdu.bytes));
    }
    return Step::next;
  }
  if (wire::has_form(rts, wire::RtsPduKind::Ping)) {
    if (deviations_.refuse_pings ||
        (deviations_.recycling.refuse_pings && from == Instance::successor)) {
      return unexpected("Ping");
    }
    if (deviations_.relay_pings && server_ == ServerLeg::connected) {
      outputs_.forward(ProxyLeg::server, pdu.bytes);
    }
    return Step::next;
  }
  if (wire::has_form(rts, wire::RtsPduKind::KeepAlive)) {
    return on_keep_alive(rts, pdu.bytes);
  }
  auto const is_a5 = wire::has_form(rts, wire::RtsPduKind::InR1A5);
  if (from == Instance::successor && !(is_a5 && deviations_.recycling.a5_anywhere)) {
    return unexpected("an RTS PDU on the successor channel before IN_R2/A5");
  }
  switch (state_) {
    case State::OpenStart:
      return on_first(rts);
    case State::Opened:
      return is_a5 ? on_in_r1_a5(rts) : unexpected("an RTS PDU that the client may not send now");
    case State::OpenedA5W:
      if (is_a5 && from == Instance::successor) {
        static_cast<void>(on_in_r2_a5(rts));
        return is_closed() ? Step::stop : Step::next;
      }
      return is_a5 ? on_in_r2_a5(rts) : unexpected("not IN_R2/A5");
    case State::B3W:
    case State::WaitB2:
      return unexpected("an RTS PDU that the client may not send now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

std::size_t InboundProxy::on_server_bytes(ByteView bytes, TimePoint) {
  relay_.begin_input();
  outputs_.begin(bytes);
  if (is_closed()) {
    return bytes.size();
  }
  auto rest = bytes;
  auto const greeting = take_greeting(rest);
  if (greeting == Greeting::incomplete) {
    return 0;
  }
  if (greeting == Greeting::taken && server_ == ServerLeg::greeting) {
    open_towards_server();
  }
  auto const used = each_pdu(rest, [this](wire::PduView const& pdu) { return on_server_pdu(pdu); });
  finish_input();
  return bytes.size() - rest.size() + used;
}

InboundProxy::Step InboundProxy::on_server_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  return pdu.is_rts() ? on_server_rts(pdu) : refuse_direction(ProxyLeg::server);
}

InboundProxy::Step InboundProxy::on_server_rts(wire::PduView const& pdu) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (refuses_to_route(rts)) {
      return unexpected("a routed PDU of no known form");
    }
    auto const* ack = wire::find<wire::FlowControlAckCommand>(rts);
    auto const passed_on = route(ProxyLeg::server, destination->value, pdu.bytes);
    return passed_on || ack == nullptr ? Step::next : on_flow_control_ack(*ack);
  }
  if (wire::has_form(rts, wire::RtsPduKind::FlowControlAck)) {
    return on_flow_control_ack(std::get<wire::FlowControlAckCommand>(rts.commands[0]));
  }
  switch (state_) {
    case State::B3W:
      return wire::has_form(rts, wire::RtsPduKind::ConnB3) ? on_conn_b3(rts)
                                                           : unexpected("not CONN/B3");
    case State::WaitB2:
      return wire::has_form(rts, wire::RtsPduKind::InR1B2) ? on_in_r1_b2(rts)
                                                           : unexpected("not IN_R1/B2");
    case State::OpenStart:
    case State::Opened:
    case State::OpenedA5W:
      return unexpected("an RTS PDU that the server may not send now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

InboundProxy::Step InboundProxy::on_keep_alive(wire::RtsPdu const& pdu, ByteView bytes) {
  auto const keepalive = std::get<wire::ClientKeepaliveCommand>(pdu.commands[0]).value;
  if (deviations_.refuse_zero_keepalive && keepalive.value == 0) {
    return unexpected("ClientKeepalive 0");
  }
  if (!deviations_.keep_keepalive) {
    keepalive_ = effective(keepalive);
  }
  if (server_ == ServerLeg::connected) {
    if (!deviations_.no_tcp_keepalive) {
      outputs_.signal(SetTcpKeepalive{*keepalive_});
    }
    if (deviations_.relay_pings) {
      outputs_.forward(ProxyLeg::server, bytes);
    }
  }
  return Step::next;
}

InboundProxy::Step InboundProxy::on_flow_control_ack(wire::FlowControlAckCommand const& ack) {
  if (!knows(ack.channel_cookie) && !deviations_.relay.any_cookie_acks) {
    return Step::next;  // 3.2.1.5.1.2: silently discarded
  }
  auto const applied = relay_.on_ack(ack);
  return applied ? Step::next : refuse(applied.error());
}

void InboundProxy::finish_input() {
  if (auto ack = relay_.take_ack(); ack && !is_closed()) {
    auto const& recycling = deviations_.recycling;
    ack->channel_cookie.bytes = recycling.ack_predecessor && recycled_ != 0
                                    ? predecessor_.bytes
                                    : channel_.default_channel().cookie.bytes;
    if (deviations_.relay.acks == AckDeviation::wrong_cookie) {
      ack->channel_cookie.bytes = virtual_connection_cookie_.bytes;
    }
    auto const routed =
        wire::flow_control_ack_with_destination(wire::ForwardDestination::FDClient, *ack);
    outputs_.send(ProxyLeg::server, routed);
    if (latitude_.acks_twice) {
      outputs_.send(ProxyLeg::server, routed);
    }
  }
  if (is_leaving() && relay_.at_barrier()) {
    leave();
  }
  auto const all_passed_on = server_ == ServerLeg::connected && relay_.held_bytes() == 0;
  if (channel_.default_channel().body.left() == 0 && all_passed_on) {
    close(CloseReason::lifetime_spent);
  }
}

void InboundProxy::on_deadline(TimePoint now) {
  outputs_.begin({});
  if (!is_closed() && now >= ping_server_at()) {
    last_to_server_ = now;
    outputs_.send(ProxyLeg::server, wire::make(wire::RtsPduKind::Ping));
    return;
  }
  if (!is_closed() && now >= next_deadline()) {
    close(state_ == State::OpenStart ? CloseReason::no_first_pdu : CloseReason::idle);
  }
}

TimePoint InboundProxy::next_deadline() const {
  if (is_closed()) {
    return kNever;
  }
  auto const idle = later(last_client_bytes_, config_.idle_timeout);
  return state_ == State::OpenStart ? std::min(first_pdu_by_, idle)
                                    : std::min(ping_server_at(), idle);
}

/// Never, but for a deviation (3.2.3.6).
TimePoint InboundProxy::ping_server_at() const {
  return deviations_.ping_server && state_ == State::Opened && keepalive_
             ? later(last_to_server_, std::chrono::milliseconds(keepalive_->value))
             : kNever;
}

}  // namespace rpchspec::session
