#include "protocol/session/inbound_proxy.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.3.5";

Relay::Options relay_options(InboundProxyConfig const& config) {
  Relay::Options options;
  options.receive_window = config.receive_window;
  options.ack_policy = config.ack_policy;
  options.to = ProxyLeg::server;
  options.plug = PlugState::plugged;
  options.deviations = config.deviations.relay;
  return options;
}

/// 0 stands for 300000 ms (2.2.3.5.6).
ClientKeepalive effective(ClientKeepalive keepalive) {
  return keepalive.value == 0 ? ClientKeepalive(300000) : keepalive;
}

}  // namespace

InboundProxy::InboundProxy(InboundProxyConfig const& config, TimePoint now)
    : ProxyRole(Role::InboundProxy, config.deviations),
      config_(config),
      body_(config.content_length),
      first_pdu_by_(later(now, std::chrono::milliseconds(config.connection_timeout.value))),
      last_client_bytes_(now),
      relay_(relay_options(config), outputs_) {}

void InboundProxy::on_echo_request() {
  outputs_.begin({});
  if (state_ == State::OpenStart) {
    state_ = State::Finished;
    outputs_.signal(EchoResponse{});
  }
}

std::size_t InboundProxy::on_client_bytes(ByteView body, TimePoint now) {
  relay_.begin_input();
  outputs_.begin(body);
  if (state_ == State::Finished) {
    return body.size();
  }
  last_client_bytes_ = now;
  auto const used = each_pdu(body, [this](wire::PduView const& pdu) { return on_client_pdu(pdu); });
  finish_input();
  return used;
}

bool InboundProxy::wants_client_bytes() const {
  auto const waits_for_server = server_ == ServerLeg::connecting || server_ == ServerLeg::greeting;
  return state_ != State::Finished && !waits_for_server && relay_.has_room(wire::kMaxPduSize);
}

InboundProxy::Step InboundProxy::on_client_pdu(wire::PduView const& pdu) {
  if (server_ == ServerLeg::connecting || server_ == ServerLeg::greeting) {
    return Step::wait;
  }
  if (!pdu.is_rts() && state_ == State::OpenStart) {
    return unexpected("an RPC PDU before CONN/B1");
  }
  if (!pdu.is_rts() && !relay_.has_room(pdu.bytes.size())) {
    return Step::wait;
  }
  if (!body_.take(pdu.bytes.size())) {
    return refuse({ErrorCode::too_large, 0, "Content-Length", "MS-RPCH 2.1.2.1.7",
                   "the PDU ends after the end of the request body"});
  }
  if (pdu.is_rts()) {
    relay_.on_rts(pdu.bytes.size());
    return on_client_rts(pdu);
  }
  relay_.on_pdu(pdu.bytes);
  return Step::next;
}

InboundProxy::Step InboundProxy::on_client_rts(wire::PduView const& pdu) {
  auto const read = reader_.read(pdu.bytes);
  if (!read) {
    return refuse(read.error());
  }
  auto const& rts = **read;
  if (auto const* destination = wire::find<wire::DestinationCommand>(rts)) {
    if (state_ == State::OpenStart) {
      return unexpected("a routed PDU before CONN/B1");
    }
    static_cast<void>(route(ProxyLeg::client, destination->value, pdu.bytes));
    return Step::next;
  }
  if (wire::has_form(rts, wire::RtsPduKind::Ping)) {
    if (deviations_.refuse_pings) {
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
  if (is_recycling(rts)) {
    return unexpected("a PDU of channel recycling");
  }
  switch (state_) {
    case State::OpenStart:
      return wire::has_form(rts, wire::RtsPduKind::ConnB1) ? on_conn_b1(rts)
                                                           : unexpected("not CONN/B1");
    case State::B3W:
    case State::WaitB2:
    case State::Opened:
    case State::OpenedA5W:
      return unexpected("an RTS PDU that the client may not send now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

InboundProxy::Step InboundProxy::on_conn_b1(wire::RtsPdu const& pdu) {
  auto const client_version = std::get<wire::VersionCommand>(pdu.commands[0]).value;
  version_ =
      deviations_.version_not_min ? client_version : std::min(client_version, config_.version);
  virtual_connection_cookie_ = cookie_at<VirtualConnectionCookie>(pdu, 1);
  channel_.default_channel().cookie = cookie_at<ChannelCookie>(pdu, 2);
  auto const keepalive = std::get<wire::ClientKeepaliveCommand>(pdu.commands[4]).value;
  if (deviations_.refuse_zero_keepalive && keepalive.value == 0) {
    return unexpected("ClientKeepalive 0");
  }
  keepalive_ = effective(keepalive);
  association_group_id_ = std::get<wire::AssociationGroupIdCommand>(pdu.commands[5]).value;
  state_ = State::B3W;
  server_ = ServerLeg::connecting;
  outputs_.signal(ConnectServer{});
  return Step::next;
}

void InboundProxy::on_server_connected(TimePoint) {
  outputs_.begin({});
  if (state_ != State::B3W || server_ != ServerLeg::connecting) {
    return;
  }
  outputs_.signal(SetTcpKeepalive{keepalive_});
  if (deviations_.require_legacy_response && !is_greeted()) {
    server_ = ServerLeg::greeting;
    return;
  }
  send_conn_b2();
  finish_input();
}

void InboundProxy::send_conn_b2() {
  server_ = ServerLeg::connected;
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
  if (state_ == State::Finished) {
    return;
  }
  outputs_.signal(Respond503{rpc_error});
  finish(CloseReason::server_failed);
}

std::size_t InboundProxy::on_server_bytes(ByteView bytes, TimePoint) {
  relay_.begin_input();
  outputs_.begin(bytes);
  if (state_ == State::Finished) {
    return bytes.size();
  }
  auto rest = bytes;
  auto const greeting = take_greeting(rest);
  if (greeting == Greeting::incomplete) {
    return 0;
  }
  if (greeting == Greeting::taken && server_ == ServerLeg::greeting) {
    send_conn_b2();
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
    case State::OpenStart:
    case State::WaitB2:
    case State::Opened:
    case State::OpenedA5W:
      return unexpected("an RTS PDU that the server may not send now");
    case State::Finished:
      break;
  }
  return Step::stop;
}

InboundProxy::Step InboundProxy::on_conn_b3(wire::RtsPdu const& pdu) {
  state_ = State::Opened;
  relay_.set_peer_window(std::get<wire::ReceiveWindowSizeCommand>(pdu.commands[0]).value);
  relay_.unplug();
  return Step::next;
}

InboundProxy::Step InboundProxy::on_keep_alive(wire::RtsPdu const& pdu, ByteView bytes) {
  keepalive_ = effective(std::get<wire::ClientKeepaliveCommand>(pdu.commands[0]).value);
  if (server_ == ServerLeg::connected) {
    outputs_.signal(SetTcpKeepalive{keepalive_});
    if (deviations_.relay_pings) {
      outputs_.forward(ProxyLeg::server, bytes);
    }
  }
  return Step::next;
}

InboundProxy::Step InboundProxy::on_flow_control_ack(wire::FlowControlAckCommand const& ack) {
  auto const known = ack.channel_cookie.bytes == channel_.default_channel().cookie.bytes;
  if (!known && !deviations_.relay.any_cookie_acks) {
    return Step::next;  // 3.2.1.5.1.2: silently discarded
  }
  auto const applied = relay_.on_ack(ack);
  return applied ? Step::next : refuse(applied.error());
}

InboundProxy::Step InboundProxy::unexpected(std::string_view what) {
  return refuse({ErrorCode::unexpected, 0, "RTS", kSection, std::string(what)});
}

void InboundProxy::finish_input() {
  if (auto ack = relay_.take_ack(); ack && !is_closed()) {
    ack->channel_cookie.bytes = channel_.default_channel().cookie.bytes;
    if (deviations_.relay.acks == AckDeviation::wrong_cookie) {
      ack->channel_cookie.bytes = virtual_connection_cookie_.bytes;
    }
    outputs_.send(ProxyLeg::server, wire::flow_control_ack_with_destination(
                                        wire::ForwardDestination::FDClient, *ack));
  }
  auto const all_passed_on = server_ == ServerLeg::connected && relay_.held_bytes() == 0;
  if (body_.left() == 0 && all_passed_on) {
    close(CloseReason::lifetime_spent);
  }
  if (is_closed()) {
    state_ = State::Finished;
  }
}

void InboundProxy::finish(CloseReason reason) {
  close(reason);
  state_ = State::Finished;
}

void InboundProxy::on_closed(ProxyLeg leg) {
  outputs_.begin({});
  auto const is_client = leg == ProxyLeg::client;
  auto const early = deviations_.keep_server_on_early_close && state_ == State::B3W;
  auto const kept = is_client ? deviations_.keep_server_on_client_close || early
                              : deviations_.keep_client_on_server_close;
  if (state_ == State::Finished || kept) {
    return;
  }
  finish(is_client ? CloseReason::client_closed : CloseReason::server_closed);
}

void InboundProxy::on_deadline(TimePoint now) {
  outputs_.begin({});
  if (state_ == State::Finished || now < next_deadline()) {
    return;
  }
  finish(state_ == State::OpenStart ? CloseReason::no_first_pdu : CloseReason::idle);
}

TimePoint InboundProxy::next_deadline() const {
  switch (state_) {
    case State::OpenStart:
      return std::min(first_pdu_by_, later(last_client_bytes_, config_.idle_timeout));
    case State::B3W:
    case State::WaitB2:
    case State::Opened:
    case State::OpenedA5W:
      return later(last_client_bytes_, config_.idle_timeout);
    case State::Finished:
      break;
  }
  return kNever;
}

}  // namespace rpchspec::session
