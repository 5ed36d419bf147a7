#include "protocol/session/server.hpp"

#include <algorithm>

namespace rpchspec::session {

Server::Server(ServerConfig config) : config_(std::move(config)) {}

Result<void> Server::on_pdu(Channel from,
                            wire::PduView const& pdu,
                            TimePoint now,
                            Instance instance) {
  if (state_ == State::finished) {
    return {};
  }
  if (instance == Instance::successor) {
    auto const done = on_successor(from, pdu);
    return done ? done : protocol_error(done.error());
  }
  if (pdu.is_rts()) {
    auto done = on_rts(from, pdu, now);
    return done ? done : protocol_error(done.error());
  }
  if (from == Channel::out) {
    return protocol_error({ErrorCode::unexpected, 2, "PTYPE", "MS-RPCH 3.2.5.5",
                           "an RPC PDU came from the outbound proxy"});
  }
  if (!have_in_) {
    return protocol_error(
        {ErrorCode::unexpected, 2, "PTYPE", "MS-RPCH 3.2.5.5", "an RPC PDU came before CONN/B2"});
  }
  auto const size = RpcPduSize(static_cast<std::uint32_t>(pdu.bytes.size()));
  in_window_.on_received(size);
  events_.emplace_back(Deliver{pdu});
  if (auto ack = in_window_.on_consumed(size);
      ack && !config_.withheld.contains(wire::RtsPduKind::FlowControlAck)) {
    ack->channel_cookie = {peers_.in_channel_cookie.bytes};
    send(Channel::in, wire::encode(wire::flow_control_ack(*ack)));
  }
  return {};
}

Result<void> Server::on_rts(Channel from, wire::PduView const& pdu, TimePoint now) {
  auto decoded = wire::decode_rts(pdu.bytes);
  if (!decoded) {
    return tl::unexpected(decoded.error());
  }
  scratch_ = std::move(*decoded);
  if (wire::find<wire::DestinationCommand>(scratch_) != nullptr) {
    return on_routed(from, scratch_, pdu.bytes);
  }
  if (auto const* ack = wire::find<wire::FlowControlAckCommand>(scratch_)) {
    return on_flow_control_ack(from, *ack);
  }
  if (auto const* notify = wire::find<wire::PingTrafficSentNotifyCommand>(scratch_)) {
    ping_traffic_ += notify->ping_traffic_sent;
    out_sent_ += notify->ping_traffic_sent;  // 3.2.5.5.14
    recycle_when_due();
    return {};
  }
  if (wire::has_form(scratch_, wire::RtsPduKind::Ping)) {
    return {};
  }
  return state_ == State::opened ? on_recycling(from, scratch_) : on_first(from, scratch_, now);
}

Result<void> Server::on_routed(Channel from, wire::RtsPdu const& pdu, ByteView bytes) {
  auto const to = wire::find<wire::DestinationCommand>(pdu)->value;
  auto const* ack = wire::find<wire::FlowControlAckCommand>(pdu);
  if (to == wire::ForwardDestination::FDOutProxy && ack != nullptr && former_out_ &&
      ack->channel_cookie.bytes == former_out_->bytes) {
    events_.emplace_back(Send{Channel::out, Bytes(bytes.begin(), bytes.end()), Instance::former});
    return {};
  }
  auto routed = route(from, to, bytes);
  return routed && to == wire::ForwardDestination::FDServer && from == Channel::in ? on_a8(pdu)
                                                                                   : routed;
}

void Server::send(Channel channel, Bytes bytes, Instance instance) {
  if (channel == Channel::out && instance == Instance::predecessor) {
    out_sent_ += bytes.size();
  }
  events_.emplace_back(Send{channel, std::move(bytes), instance});
}

void Server::send_unless_withheld(Channel channel,
                                  wire::RtsPduKind kind,
                                  wire::RtsPdu const& pdu,
                                  Instance instance) {
  auto bytes = wire::encode(pdu);
  if (config_.withheld.contains(kind)) {
    held_.emplace_back(kind, Send{channel, std::move(bytes), instance});
  } else {
    send(channel, std::move(bytes), instance);
  }
}

void Server::release(wire::RtsPduKind kind) {
  config_.withheld.erase(kind);
  auto const first_kept = std::stable_partition(
      held_.begin(), held_.end(), [kind](auto const& held) { return held.first == kind; });
  std::vector<std::pair<wire::RtsPduKind, Send>> due(std::make_move_iterator(held_.begin()),
                                                     std::make_move_iterator(first_kept));
  held_.erase(held_.begin(), first_kept);
  for (auto& [name, held] : due) {
    send(held.channel, std::move(held.bytes), held.instance);
  }
  if (kind == wire::RtsPduKind::OutR1A9 || kind == wire::RtsPduKind::OutR2B1) {
    switch_out();
  }
}

// 3.2.1.5.2: what has a Destination goes on unchanged towards it.
Result<void> Server::route(Channel from, wire::ForwardDestination to, ByteView bytes) {
  switch (to) {
    case wire::ForwardDestination::FDServer:
      return {};  // acknowledgements for us come without a Destination
    case wire::ForwardDestination::FDClient:
    case wire::ForwardDestination::FDOutProxy:
      return from == Channel::in && have_out_ ? pass_on_out(to, bytes) : Result<void>();
    case wire::ForwardDestination::FDInProxy:
      if (from == Channel::out && have_in_) {
        send(Channel::in, Bytes(bytes.begin(), bytes.end()));
      }
      return {};
  }
  return fail({ErrorCode::bad_value, 0, "Destination", "MS-RPCH 2.2.3.3",
               "found " + std::to_string(static_cast<std::uint32_t>(to)) + ", expected 0 to 3"});
}

Result<void> Server::on_flow_control_ack(Channel from, wire::FlowControlAckCommand const& ack) {
  if (from != Channel::out) {
    return fail({ErrorCode::unexpected, 0, "FlowControlAck", "MS-RPCH 3.2.5.5",
                 "only the outbound proxy acknowledges to the server"});
  }
  auto const is_current = ack.channel_cookie.bytes == peers_.out_channel_cookie.bytes;
  auto const is_last = still_known_out_ && ack.channel_cookie.bytes == still_known_out_->bytes;
  if (!is_current && !is_last) {
    return {};  // 3.2.1.5.1.1: an unknown cookie is discarded
  }
  auto applied = still_known_out_ && is_current ? out_window_.on_ack_of_successor(ack)
                                                : out_window_.on_ack(ack);
  if (applied) {
    drain_queue();
  }
  return applied;
}

Result<void> Server::send_rpc(Bytes pdu) {
  if (queued_bytes_ + pdu.size() > config_.queue_limit) {
    return fail({ErrorCode::too_large, 0, "", "",
                 "more than " + std::to_string(config_.queue_limit) +
                     " bytes would wait for the OUT window"});
  }
  queued_bytes_ += pdu.size();
  queue_.push_back(std::move(pdu));
  drain_queue();
  return {};
}

void Server::drain_queue() {
  if (state_ != State::opened) {
    return;
  }
  while (!queue_.empty()) {
    auto const size = RpcPduSize(static_cast<std::uint32_t>(queue_.front().size()));
    if (!out_window_.admits(size)) {
      return;
    }
    if (!fits_lifetime(size.value)) {
      recycle_when_due();
      return;
    }
    out_window_.on_sent(size);
    queued_bytes_ -= size.value;
    send(Channel::out, std::move(queue_.front()));
    queue_.pop_front();
    recycle_when_due();
  }
}

void Server::on_closed(Channel leg) {
  if (state_ == State::finished) {
    return;
  }
  state_ = State::finished;
  events_.emplace_back(
      Close{{ErrorCode::io, 0, "", "MS-RPCH 3.2.5.5.13",
             leg == Channel::in ? "the IN leg was closed" : "the OUT leg was closed"}});
}

void Server::on_deadline(TimePoint now) {
  if (now >= reply_at_) {
    reply();
  }
  if (now >= setup_deadline_) {
    setup_deadline_ = kNever;
    (void)protocol_error(
        {ErrorCode::deadline, 0, "", "MS-RPCH 3.2.5.6.1", "the partner channel did not come"});
  }
}

Result<void> Server::protocol_error(Error error) {
  state_ = State::finished;
  events_.emplace_back(Close{error});
  return fail(std::move(error));
}

std::optional<Server::Event> Server::next_event() {
  if (events_.empty()) {
    return std::nullopt;
  }
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

TimePoint Server::next_deadline() const {
  return std::min(setup_deadline_, reply_at_);
}

std::optional<ServerPeers> Server::peers() const {
  if (!have_in_ && !have_out_) {
    return std::nullopt;
  }
  return peers_;
}

}  // namespace rpchspec::session
