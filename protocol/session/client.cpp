#include "protocol/session/client.hpp"

#include <algorithm>

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.2.5";

}  // namespace

Client::Client(ClientConfig config)
    : config_(std::move(config)),
      out_window_(config_.receive_window, config_.ack_policy),
      random_(config_.cookie_seed),
      in_{config_.in_channel_cookie, config_.virtual_connection_cookie, {}},
      out_{config_.out_channel_cookie, config_.virtual_connection_cookie, config_.receive_window},
      in_sent_(conn_b1().size()) {}

Bytes Client::conn_a1() const {
  auto pdu = wire::conn_a1(config_.virtual_connection_cookie, config_.out_channel_cookie,
                           config_.receive_window);
  std::get<wire::VersionCommand>(pdu.commands[0]).value = config_.version;
  return wire::encode(pdu);
}

Bytes Client::conn_b1() const {
  auto pdu =
      wire::conn_b1(config_.virtual_connection_cookie, config_.in_channel_cookie,
                    config_.in_channel_lifetime, config_.keepalive, config_.association_group_id);
  std::get<wire::VersionCommand>(pdu.commands[0]).value = config_.version;
  return wire::encode(pdu);
}

Result<void> Client::on_pdu(wire::PduView const& pdu, TimePoint now, Instance instance) {
  delivered_.clear();
  if (state_ == State::finished) {
    return {};
  }
  if (instance == Instance::successor) {
    early_.emplace_back(pdu.bytes.begin(), pdu.bytes.end());
    return {};
  }
  if (pdu.is_rts()) {
    auto done = on_rts(pdu, now);
    return done ? done : protocol_error(done.error());
  }
  deliver(pdu, now);
  return {};
}

void Client::deliver(wire::PduView const& pdu, TimePoint now) {
  auto const size = RpcPduSize(static_cast<std::uint32_t>(pdu.bytes.size()));
  out_window_.on_received(size);
  events_.emplace_back(Deliver{pdu});
  if (auto const ack = out_window_.on_consumed(size)) {
    acknowledge(*ack, now);
  }
}

void Client::send(Channel channel, Bytes bytes, TimePoint now, Instance instance) {
  if (channel == Channel::in && instance == Instance::predecessor) {
    in_sent_ += bytes.size();
    last_sent_ = now;
  }
  events_.emplace_back(Send{channel, std::move(bytes), instance});
}

Result<void> Client::on_rts(wire::PduView const& pdu, TimePoint now) {
  auto const rts = wire::decode_rts(pdu.bytes);
  if (!rts) {
    return tl::unexpected(rts.error());
  }
  if (auto const* ack = wire::find<wire::FlowControlAckCommand>(*rts)) {
    // 3.2.1.5.1.2: an unknown cookie is discarded. Where A5 is withheld the window is the
    // successor's already, and what comes for the predecessor tells nothing any more.
    if (ack->channel_cookie.bytes != in_.cookie.bytes || in_state_ == InState::a5_due) {
      return {};
    }
    auto applied = in_window_.on_ack(*ack);
    if (applied) {
      drain_queue(now);
    }
    return applied;
  }
  if (wire::has_form(*rts, wire::RtsPduKind::Ping)) {
    return {};  // accepted in every state
  }
  if (state_ == State::wait_a3 && wire::has_form(*rts, wire::RtsPduKind::ConnA3)) {
    state_ = State::wait_c2;
    return {};
  }
  if (state_ == State::wait_c2 && wire::has_form(*rts, wire::RtsPduKind::ConnC2)) {
    state_ = State::opened;
    in_window_ = SendWindow(wire::find<wire::ReceiveWindowSizeCommand>(*rts)->value);
    ping_period_ =
        std::chrono::milliseconds(wire::find<wire::ConnectionTimeoutCommand>(*rts)->value.value);
    ping_at_ = config_.pings ? now + ping_period_ : kNever;
    last_sent_ = now;
    events_.emplace_back(Opened{});
    drain_queue(now);
    return {};
  }
  if (state_ == State::opened) {
    return on_recycling(*rts, now);
  }
  return fail(
      {ErrorCode::unexpected, 16, "Flags", kSection, "this RTS PDU is not expected in this state"});
}

Result<void> Client::send_rpc(Bytes pdu, TimePoint now) {
  if (queued_bytes_ + pdu.size() > config_.queue_limit) {
    return fail({ErrorCode::too_large, 0, "", "",
                 "more than " + std::to_string(config_.queue_limit) +
                     " bytes would wait for the IN window"});
  }
  queued_bytes_ += pdu.size();
  queue_.push_back(std::move(pdu));
  drain_queue(now);
  return {};
}

void Client::drain_queue(TimePoint now) {
  if (state_ != State::opened) {
    return;
  }
  while (!queue_.empty()) {
    auto const size = RpcPduSize(static_cast<std::uint32_t>(queue_.front().size()));
    if (!in_window_.admits(size) || in_state_ == InState::a5_due) {
      return;
    }
    if (!fits_lifetime(size.value)) {
      recycle_when_due(now);
      return;
    }
    in_window_.on_sent(size);
    queued_bytes_ -= size.value;
    send(Channel::in, std::move(queue_.front()), now);
    queue_.pop_front();
    recycle_when_due(now);
  }
}

// 3.2.2.6.1: each expiry sends a Ping, unless something went out within half of the period.
void Client::on_deadline(TimePoint now) {
  if (now < ping_at_ || state_ != State::opened) {
    return;
  }
  if (now - last_sent_ >= ping_period_ / 2) {
    send(Channel::in, wire::encode(wire::ping()), now);
    recycle_when_due(now);
  }
  ping_at_ = now + ping_period_;
}

Result<void> Client::protocol_error(Error error) {
  state_ = State::finished;
  events_.emplace_back(Close{error});
  return fail(std::move(error));
}

std::optional<Client::Event> Client::next_event() {
  if (events_.empty()) {
    return std::nullopt;
  }
  auto event = std::move(events_.front());
  events_.pop_front();
  return event;
}

TimePoint Client::next_deadline() const {
  return state_ == State::opened ? ping_at_ : kNever;
}

}  // namespace rpchspec::session
