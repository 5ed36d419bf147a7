#include "protocol/session/outbound_proxy.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

constexpr std::size_t kMostBeforeHead = 65536;  // bytes of RTS PDUs

Relay::Options relay_options(OutboundProxyConfig const& config, ContentBudget& budget) {
  Relay::Options options;
  options.receive_window = config.receive_window;
  options.ack_policy = config.ack_policy;
  options.to = ProxyLeg::client;
  options.plug = PlugState::plugged;
  options.budget = &budget;
  options.strict_window = config.latitude.strict_window;
  options.deviations = config.deviations.relay;
  return options;
}

}  // namespace

OutboundProxy::OutboundProxy(OutboundProxyConfig const& config, TimePoint now)
    : ProxyRole(Role::OutboundProxy, config.deviations, config.latitude),
      config_(config),
      channel_(new_channel(config)),
      first_pdu_by_(later(now, std::chrono::milliseconds(config.connection_timeout.value))),
      last_to_client_(now),
      last_ping_(now),
      last_from_server_(now),
      relay_(relay_options(config, channel_.default_channel().budget), outputs_) {}

OutboundProxy::OutChannel OutboundProxy::new_channel(OutboundProxyConfig const& of_request) const {
  auto const length =
      deviations_.ignore_lifetime ? ~std::uint64_t{0} : of_request.channel_lifetime.value;
  return {{}, {}, ContentBudget(length), of_request.connection_timeout};
}

std::size_t OutboundProxy::on_client_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (is_closed()) {
    return body.size();
  }
  auto const used = each_pdu(body, [this](wire::PduView const& pdu) { return on_client_pdu(pdu); });
  finish_input(now);
  return used;
}

bool OutboundProxy::wants_client_bytes() const {
  return !waits_for_server() && !waits_for_look_up();
}

bool OutboundProxy::wants_server_bytes() const {
  return !is_closed() && relay_.has_room(wire::kMaxPduSize);
}

OutboundProxy::Step OutboundProxy::on_client_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (!wants_client_bytes()) {
    return Step::wait;
  }
  return pdu.is_rts() ? on_client_rts(pdu, Instance::predecessor)
                      : refuse_direction(ProxyLeg::client);
}

/// RTS PDUs of the client, on either channel while there are two.
OutboundProxy::Step OutboundProxy::on_client_rts(wire::PduView const& pdu, Instance from) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (state_ == State::OpenStart) {
      return unexpected("a routed PDU before CONN/A1");
    }
    if (refuses_to_route(rts)) {
      return unexpected("a routed PDU of no known form");
    }
    auto const* ack = wire::find<wire::FlowControlAckCommand>(rts);
    auto const passed_on = route(ProxyLeg::client, destination->value, pdu.bytes);
    return passed_on || ack == nullptr ? Step::next : on_flow_control_ack(*ack);
  }
  if (deviations_.open_again && state_ != State::OpenStart && begins_a_channel(rts)) {
    open_again(rts);
    return Step::next;
  }
  auto const is_c1 = wire::has_form(rts, wire::RtsPduKind::OutR2C1);
  switch (state_) {
    case State::OpenStart:
      return on_first(rts);
    case State::A11W:
      return wire::has_form(rts, wire::RtsPduKind::OutR1A11) ? on_out_r1_a11()
                                                             : unexpected("not OUT_R1/A11");
    case State::B1OrC1W:
      return is_c1 && from == Instance::successor ? on_out_r2_c1() : unexpected("not OUT_R2/C1");
    case State::R2C1W:
      return is_c1 ? on_out_r2_c1() : unexpected("not OUT_R2/C1");
    case State::C1W:
    case State::Opened:
    case State::B1W:
      return unexpected("an RTS PDU that the client may not send on OUT now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

std::size_t OutboundProxy::on_server_bytes(ByteView bytes, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(bytes);
  if (is_closed()) {
    return bytes.size();
  }
  last_from_server_ = now;
  auto rest = bytes;
  auto const greeting = take_greeting(rest);
  if (greeting == Greeting::incomplete) {
    return 0;
  }
  if (greeting == Greeting::taken && server_ == ServerLeg::greeting) {
    open_towards_both(now);
  }
  auto const used = each_pdu(rest, [this](wire::PduView const& pdu) { return on_server_pdu(pdu); });
  finish_input(now);
  return bytes.size() - rest.size() + used;
}

OutboundProxy::Step OutboundProxy::on_server_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (pdu.is_rts()) {
    relay_.on_rts(pdu.bytes.size());
    return on_server_rts(pdu);
  }
  if (!relay_.has_room(pdu.bytes.size())) {
    return Step::wait;
  }
  return aborts(relay_.on_pdu(pdu.bytes)) ? refuse_overrun() : Step::next;
}

OutboundProxy::Step OutboundProxy::on_server_rts(wire::PduView const& pdu) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    return on_routed_by_server(rts, destination->value, pdu);
  }
  auto const is_ance = wire::has_form(rts, wire::RtsPduKind::OutR2B1);
  switch (state_) {
    case State::C1W:
      return wire::has_form(rts, wire::RtsPduKind::ConnC1) ? on_conn_c1(rts)
                                                           : unexpected("not CONN/C1");
    case State::Opened:
      return is_ance ? on_out_r1_a9()
                     : unexpected("an RTS PDU that the server may not send on OUT now");
    case State::B1OrC1W:
      return is_ance ? on_out_r2_b1() : unexpected("not OUT_R2/B1");
    case State::B1W:
      if (wire::has_form(rts, wire::RtsPduKind::OutR2B2)) {
        return on_out_r2_b2();
      }
      return is_ance ? on_out_r2_b1() : unexpected("neither OUT_R2/B1 nor OUT_R2/B2");
    case State::OpenStart:
    case State::A11W:
    case State::R2C1W:
      return unexpected("an RTS PDU that the server may not send on OUT now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

/// Those that start a recycling, or carry it on with another proxy, are forwarded only in Opened
/// (3.2.4.5.5, 3.2.4.5.7).
OutboundProxy::Step OutboundProxy::on_routed_by_server(wire::RtsPdu const& pdu,
                                                       wire::ForwardDestination to,
                                                       wire::PduView const& bytes) {
  if (refuses_to_route(pdu)) {
    return unexpected("a routed PDU of no known form");
  }
  auto const of_opened = wire::has_form(pdu, wire::RtsPduKind::OutR1A1) ||
                         wire::has_form(pdu, wire::RtsPduKind::OutR1A5);
  // The server may go on at once after OUT_R2/B1 or OUT_R1/A9: this is meant for the successor,
  // which it can't know to wait for OUT_R2/C1 or OUT_R1/A11.
  auto const switches = relay_.has_barrier() && !is_leaving();
  if (of_opened && (switches || state_ == State::R2C1W || state_ == State::A11W)) {
    return hold_until_head(bytes.bytes);
  }
  if (of_opened && (state_ != State::Opened || is_leaving())) {
    return unexpected("OUT_R1/A1 or OUT_R1/A5 outside the opened state");
  }
  auto& channel = channel_.default_channel();
  if (next_hop(role_, to) == Role::Client) {
    if (!channel.answered) {
      return hold_until_head(bytes.bytes);
    }
    if (!channel.budget.take(bytes.bytes.size())) {
      return Step::stop;
    }
  }
  auto const* ack = wire::find<wire::FlowControlAckCommand>(pdu);
  auto const passed_on = route(ProxyLeg::server, to, bytes.bytes);
  return passed_on || ack == nullptr ? Step::next : on_flow_control_ack(*ack);
}

OutboundProxy::Step OutboundProxy::hold_until_head(ByteView pdu) {
  if (before_head_.size() > kMostBeforeHead) {
    return refuse({ErrorCode::too_large, 0, "RTS", "MS-RPCH 3.2.1.5.2",
                   "too many PDUs for a client whose response has not begun"});
  }
  append(before_head_, pdu);
  return Step::next;
}

OutboundProxy::Step OutboundProxy::on_flow_control_ack(wire::FlowControlAckCommand const& ack) {
  auto const known = ack.channel_cookie.bytes == channel_.default_channel().cookie.bytes;
  if (!known && !deviations_.relay.any_cookie_acks) {
    return Step::next;  // 3.2.1.5.1.2: silently discarded
  }
  auto const applied = relay_.on_ack(ack);
  return applied ? Step::next : refuse(applied.error());
}

bool OutboundProxy::send_to_client(wire::RtsPdu const& pdu) {
  if (!channel_.default_channel().budget.take(wire::encoded_size(pdu))) {
    return false;
  }
  outputs_.send(ProxyLeg::client, pdu);
  return true;
}

void OutboundProxy::send_head() {
  auto& channel = channel_.default_channel();
  if (channel.answered) {
    return;
  }
  channel.answered = true;
  outputs_.signal(ResponseHead{});
  send_what_waited_for_head();
}

void OutboundProxy::send_what_waited_for_head() {
  auto& channel = channel_.default_channel();
  if (!before_head_.empty() && channel.budget.take(before_head_.size())) {
    outputs_.send_copy(ProxyLeg::client, before_head_);
  }
  before_head_.clear();
}

void OutboundProxy::send_due_ack() {
  auto ack = relay_.take_ack();
  if (!ack || is_closed()) {
    return;
  }
  ack->channel_cookie.bytes = deviations_.recycling.ack_predecessor && recycled_ != 0
                                  ? predecessor_.bytes
                                  : acknowledged_.bytes;
  if (deviations_.relay.acks == AckDeviation::wrong_cookie) {
    ack->channel_cookie.bytes = virtual_connection_cookie_.bytes;
  }
  auto const made = wire::flow_control_ack(*ack);
  outputs_.send(ProxyLeg::server, made);
  if (latitude_.acks_twice) {
    outputs_.send(ProxyLeg::server, made);
  }
}

void OutboundProxy::finish_input(TimePoint now) {
  if (relay_.at_barrier() && !is_closed()) {
    if (is_leaving()) {
      leave();
    } else {
      switch_channel();
    }
  }
  send_due_ack();
  if (outputs_.sends_to(ProxyLeg::client)) {
    last_to_client_ = now;
  }
  if (channel_.default_channel().budget.spent()) {
    close(CloseReason::lifetime_spent);
  }
}

}  // namespace rpchspec::session
