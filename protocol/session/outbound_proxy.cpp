#include "protocol/session/outbound_proxy.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.4.5";

Relay::Options relay_options(OutboundProxyConfig const& config, ContentBudget& budget) {
  Relay::Options options;
  options.receive_window = config.receive_window;
  options.ack_policy = config.ack_policy;
  options.to = ProxyLeg::client;
  options.plug = PlugState::plugged;
  options.budget = &budget;
  options.deviations = config.deviations.relay;
  return options;
}

Duration in_milliseconds(ConnectionTimeout timeout) {
  return std::chrono::milliseconds(timeout.value);
}

}  // namespace

OutboundProxy::OutboundProxy(OutboundProxyConfig const& config, TimePoint now)
    : ProxyRole(Role::OutboundProxy, config.deviations),
      config_(config),
      first_pdu_by_(later(now, in_milliseconds(config.connection_timeout))),
      last_to_client_(now),
      last_from_server_(now),
      budget_(config.deviations.ignore_lifetime ? ~std::uint64_t{0}
                                                : config.channel_lifetime.value),
      relay_(relay_options(config, budget_), outputs_) {}

void OutboundProxy::on_echo_request() {
  outputs_.begin({});
  if (state_ == State::OpenStart) {
    state_ = State::Finished;
    outputs_.signal(EchoResponse{});
  }
}

std::size_t OutboundProxy::on_client_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (state_ == State::Finished) {
    return body.size();
  }
  auto const used = each_pdu(body, [this](wire::PduView const& pdu) { return on_client_pdu(pdu); });
  finish_input(now);
  return used;
}

bool OutboundProxy::wants_client_bytes() const {
  return server_ != ServerLeg::connecting && server_ != ServerLeg::greeting;
}

bool OutboundProxy::wants_server_bytes() const {
  return state_ != State::Finished && relay_.has_room(wire::kMaxPduSize);
}

OutboundProxy::Step OutboundProxy::on_client_pdu(wire::PduView const& pdu) {
  if (is_closed()) {
    return Step::stop;
  }
  if (!wants_client_bytes()) {
    return Step::wait;
  }
  return pdu.is_rts() ? on_client_rts(pdu) : refuse_direction(ProxyLeg::client);
}

OutboundProxy::Step OutboundProxy::on_client_rts(wire::PduView const& pdu) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (state_ == State::OpenStart) {
      return unexpected("a routed PDU before CONN/A1");
    }
    auto const* ack = wire::find<wire::FlowControlAckCommand>(rts);
    auto const passed_on = route(ProxyLeg::client, destination->value, pdu.bytes);
    return passed_on || ack == nullptr ? Step::next : on_flow_control_ack(*ack);
  }
  if (is_recycling(rts)) {
    return unexpected("a PDU of channel recycling");
  }
  switch (state_) {
    case State::OpenStart:
      return wire::has_form(rts, wire::RtsPduKind::ConnA1) ? on_conn_a1(rts)
                                                           : unexpected("not CONN/A1");
    case State::C1W:
    case State::Opened:
    case State::A11W:
    case State::B1OrC1W:
    case State::B1W:
    case State::R2C1W:
      return unexpected("an RTS PDU that the client may not send on OUT now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

OutboundProxy::Step OutboundProxy::on_conn_a1(wire::RtsPdu const& pdu) {
  auto const client_version = std::get<wire::VersionCommand>(pdu.commands[0]).value;
  version_ =
      deviations_.version_not_min ? client_version : std::min(client_version, config_.version);
  virtual_connection_cookie_ = cookie_at<VirtualConnectionCookie>(pdu, 1);
  auto& channel = channel_.default_channel();
  channel.cookie = cookie_at<ChannelCookie>(pdu, 2);
  channel.client_window = std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[3]).value;
  state_ = State::C1W;
  server_ = ServerLeg::connecting;
  if (deviations_.head_before_connect) {
    outputs_.signal(ResponseHead{});
  }
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void OutboundProxy::on_server_connected(TimePoint now) {
  outputs_.begin({});
  if (state_ != State::C1W || server_ != ServerLeg::connecting) {
    return;
  }
  if (deviations_.require_legacy_response && !is_greeted()) {
    server_ = ServerLeg::greeting;
    return;
  }
  open_towards_both(now);
  finish_input(now);
}

/// CONN/A2, the head of the response, CONN/A3, in this order (3.2.4.5.3).
void OutboundProxy::open_towards_both(TimePoint now) {
  server_ = ServerLeg::connected;
  last_from_server_ = now;
  send_conn_a2();
  if (!deviations_.head_before_connect) {
    outputs_.signal(ResponseHead{});
  }
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
  if (state_ == State::Finished) {
    return;
  }
  if (!deviations_.head_before_connect) {
    outputs_.signal(Respond503{rpc_error});
  }
  finish(CloseReason::server_failed);
}

std::size_t OutboundProxy::on_server_bytes(ByteView bytes, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(bytes);
  if (state_ == State::Finished) {
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
  relay_.on_pdu(pdu.bytes);
  return Step::next;
}

OutboundProxy::Step OutboundProxy::on_server_rts(wire::PduView const& pdu) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (next_hop(role_, destination->value) == Role::Client && !budget_.take(pdu.bytes.size())) {
      return Step::stop;
    }
    auto const* ack = wire::find<wire::FlowControlAckCommand>(rts);
    auto const passed_on = route(ProxyLeg::server, destination->value, pdu.bytes);
    return passed_on || ack == nullptr ? Step::next : on_flow_control_ack(*ack);
  }
  if (is_recycling(rts)) {
    return unexpected("a PDU of channel recycling");
  }
  switch (state_) {
    case State::C1W:
      return wire::has_form(rts, wire::RtsPduKind::ConnC1) ? on_conn_c1(rts)
                                                           : unexpected("not CONN/C1");
    case State::OpenStart:
    case State::Opened:
    case State::A11W:
    case State::B1OrC1W:
    case State::B1W:
    case State::R2C1W:
      return unexpected("an RTS PDU that the server may not send on OUT now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

/// CONN/C2 carries what CONN/C1 says (AMB-06).
OutboundProxy::Step OutboundProxy::on_conn_c1(wire::RtsPdu const& pdu) {
  state_ = State::Opened;
  if (deviations_.hold_a3) {
    send_conn_a3();
  }
  if (deviations_.drop_c2) {
    return Step::next;
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

OutboundProxy::Step OutboundProxy::on_flow_control_ack(wire::FlowControlAckCommand const& ack) {
  auto const known = ack.channel_cookie.bytes == channel_.default_channel().cookie.bytes;
  if (!known && !deviations_.relay.any_cookie_acks) {
    return Step::next;  // 3.2.1.5.1.2: silently discarded
  }
  auto const applied = relay_.on_ack(ack);
  return applied ? Step::next : refuse(applied.error());
}

OutboundProxy::Step OutboundProxy::unexpected(std::string_view what) {
  return refuse({ErrorCode::unexpected, 0, "RTS", kSection, std::string(what)});
}

bool OutboundProxy::send_to_client(wire::RtsPdu const& pdu) {
  if (!budget_.take(wire::encoded_size(pdu))) {
    return false;
  }
  outputs_.send(ProxyLeg::client, pdu);
  return true;
}

void OutboundProxy::finish_input(TimePoint now) {
  if (auto ack = relay_.take_ack(); ack && !is_closed()) {
    ack->channel_cookie.bytes = channel_.default_channel().cookie.bytes;
    if (deviations_.relay.acks == AckDeviation::wrong_cookie) {
      ack->channel_cookie.bytes = virtual_connection_cookie_.bytes;
    }
    outputs_.send(ProxyLeg::server, wire::flow_control_ack(*ack));
  }
  if (outputs_.sends_to(ProxyLeg::client)) {
    last_to_client_ = now;
  }
  if (budget_.spent()) {
    close(CloseReason::lifetime_spent);
  }
  if (is_closed()) {
    state_ = State::Finished;
  }
}

void OutboundProxy::finish(CloseReason reason) {
  close(reason);
  state_ = State::Finished;
}

void OutboundProxy::on_closed(ProxyLeg leg) {
  outputs_.begin({});
  auto const is_client = leg == ProxyLeg::client;
  auto const early = deviations_.keep_server_on_early_close && state_ == State::C1W;
  auto const kept = is_client ? deviations_.keep_server_on_client_close || early
                              : deviations_.keep_client_on_server_close;
  if (state_ == State::Finished || kept) {
    return;
  }
  finish(is_client ? CloseReason::client_closed : CloseReason::server_closed);
}

/// Half a ConnectionTimeout after the last bytes to the client (3.2.1.2.1, AMB-07): a peer that
/// waits for a whole one then never sees a gap of that length.
TimePoint OutboundProxy::next_ping() const {
  if (config_.pings == Pings::off || server_ != ServerLeg::connected) {
    return kNever;
  }
  auto const timeout =
      in_milliseconds(deviations_.ping_timeout.value_or(config_.connection_timeout));
  return later(last_to_client_,
               deviations_.pings == PingDeviation::late ? timeout * 9 / 5 : timeout / 2);
}

TimePoint OutboundProxy::next_deadline() const {
  switch (state_) {
    case State::OpenStart:
      return std::min(first_pdu_by_, later(last_from_server_, config_.idle_timeout));
    case State::C1W:
    case State::Opened:
    case State::A11W:
    case State::B1OrC1W:
    case State::B1W:
    case State::R2C1W:
      return std::min(next_ping(), later(last_from_server_, config_.idle_timeout));
    case State::Finished:
      break;
  }
  return kNever;
}

void OutboundProxy::on_deadline(TimePoint now) {
  outputs_.begin({});
  if (state_ == State::Finished) {
    return;
  }
  if (state_ == State::OpenStart) {
    if (now >= next_deadline()) {
      finish(CloseReason::no_first_pdu);
    }
    return;
  }
  if (now >= later(last_from_server_, config_.idle_timeout)) {
    finish(CloseReason::idle);
  } else if (now >= next_ping()) {
    send_ping(now);
  }
}

void OutboundProxy::send_ping(TimePoint now) {
  auto ping = wire::ping();
  if (deviations_.pings == PingDeviation::wrong_flags) {
    ping.flags = wire::kRtsFlagOtherCmd;
  }
  if (send_to_client(ping)) {
    ping_traffic_ += static_cast<std::uint32_t>(wire::encoded_size(ping));
    if (ping_traffic_ > kPingTrafficThreshold) {
      outputs_.send(ProxyLeg::server, wire::ping_traffic_sent_notify(ping_traffic_));
      ping_traffic_ = 0;
    }
  }
  finish_input(now);
}

}  // namespace rpchspec::session
