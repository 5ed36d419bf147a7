// The client's part in channel recycling (MS-RPCH 3.2.2.5.5 to 3.2.2.5.10, 3.2.2.5.12).

#include <algorithm>

#include "protocol/session/client.hpp"

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.2.5";

/// Of a channel's lifetime, kept for what must still go out on it: A5 and A7, and pings meanwhile.
/// RPC PDUs leave some for acknowledgements, too.
constexpr std::uint64_t kReserve = 256;      // bytes
constexpr std::uint64_t kRpcReserve = 1024;  // bytes

Error not_now(std::string detail) {
  return {ErrorCode::unexpected, 16, "Flags", kSection, std::move(detail)};
}

template <class Cookie>
wire::CookieCommand as_command(Cookie const& cookie) {
  return {RtsCookie{cookie.bytes}};
}

template <class Cookie>
Cookie random_cookie(std::mt19937_64& random) {
  Cookie cookie;
  for (std::size_t at = 0; at < cookie.bytes.size(); at += 8) {
    store<std::uint64_t>(cookie.bytes, at, random());
  }
  return cookie;
}

}  // namespace

Client::OneChannel Client::successor_of(OneChannel const& predecessor, RecyclingSequence sequence) {
  auto made = predecessor;
  made.cookie = random_cookie<ChannelCookie>(random_);
  if (sequence == RecyclingSequence::r1 && config_.r1_cookie == R1Cookie::made_up) {
    made.virtual_connection = random_cookie<VirtualConnectionCookie>(random_);
  }
  return made;
}

bool Client::fits_lifetime(std::size_t rpc_pdu) const {
  return !config_.recycle_in_at ||
         in_sent_ + rpc_pdu + kRpcReserve <= config_.in_channel_lifetime.value;
}

bool Client::fits_reserve(std::size_t rts_pdu) const {
  return !config_.recycle_in_at ||
         in_sent_ + rts_pdu + kReserve <= config_.in_channel_lifetime.value;
}

/// A download may need any number of them while IN is recycled. The last one says all that those
/// before it said, so one waits for the successor where the present channel can't carry it.
void Client::acknowledge(wire::FlowControlAckCommand ack, TimePoint now) {
  ack.channel_cookie = RtsCookie{out_.cookie.bytes};
  auto bytes = wire::encode(
      wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy, ack));
  if (!fits_reserve(bytes.size())) {
    ack_for_successor_ = std::move(bytes);
    return;
  }
  send(Channel::in, std::move(bytes), now);
  recycle_when_due(now);
}

void Client::recycle_when_due(TimePoint now) {
  if (!config_.recycle_in_at || in_state_ != InState::opened || in_predecessor_ends_) {
    return;
  }
  auto const near_the_end = in_sent_ + *config_.recycle_in_at >= config_.in_channel_lifetime.value;
  if (near_the_end || (!queue_.empty() && !fits_lifetime(queue_.front().size()))) {
    SuccessorWishes wishes;
    wishes.sequence = config_.in_sequence;
    in_by_itself_ = start_in_recycling(wishes, now).has_value();
  }
}

Result<void> Client::start_in_recycling(SuccessorWishes const& wishes, TimePoint) {
  if (state_ != State::opened || in_state_ != InState::opened) {
    return fail(not_now("IN is not in the opened state"));
  }
  in_state_ = InState::opened_a4w;
  in_by_itself_ = false;
  in_successor_ = successor_of(in_, wishes.sequence);
  auto a1 = wire::make(wire::RtsPduKind::InR1A1);
  a1.commands[0] = wire::VersionCommand{config_.version};
  a1.commands[1] = as_command(in_successor_.virtual_connection);
  a1.commands[2] = as_command(wishes.predecessor.value_or(in_.cookie));
  a1.commands[3] = as_command(in_successor_.cookie);
  events_.emplace_back(OpenSuccessor{Channel::in, in_successor_.virtual_connection,
                                     wire::encode(a1), wishes.sequence});
  return {};
}

Result<void> Client::on_recycling(wire::RtsPdu const& pdu, TimePoint now) {
  using enum wire::RtsPduKind;
  if (wire::has_form(pdu, InR1A4) || wire::has_form(pdu, InR2A4)) {
    return on_a4(pdu, now);
  }
  if (wire::has_form(pdu, OutR1A2)) {
    return on_out_a2();
  }
  if (wire::has_form(pdu, OutR1A6) || wire::has_form(pdu, OutR2A6)) {
    return on_out_a6(pdu, now);
  }
  auto const ends = (out_state_ == OutState::opened_a10w && wire::has_form(pdu, OutR1A10)) ||
                    (out_state_ == OutState::b3w && wire::has_form(pdu, OutR2B3));
  if (ends) {
    return on_out_end(now);
  }
  return fail(not_now("this RTS PDU is not expected in this state"));
}

// -- IN -----------------------------------------------------------------------------------------

/// The successor is the default channel from here on, and A5 the predecessor's last PDU. RPC PDUs
/// that wait for a window have not been given to the predecessor yet: they go on the successor.
Result<void> Client::on_a4(wire::RtsPdu const& pdu, TimePoint now) {
  if (in_state_ != InState::opened_a4w) {
    return fail(not_now("IN_R1/A4 or IN_R2/A4 without a recycling of IN"));
  }
  in_state_ = InState::a5_due;
  a5_ = wire::RtsPduKind::InR2A5;
  auto window = in_window_.peer_receive_window();
  if (auto const* announced = wire::find<wire::ReceiveWindowSizeCommand>(pdu)) {
    a5_ = wire::RtsPduKind::InR1A5;
    window = announced->value;
    ping_period_ =
        std::chrono::milliseconds(wire::find<wire::ConnectionTimeoutCommand>(pdu)->value.value);
    ping_at_ = config_.pings ? now + ping_period_ : kNever;
  }
  in_window_ = SendWindow(window);
  if (!config_.withheld.contains(a5_)) {
    send_a5(now);
  }
  return {};
}

void Client::send_a5(TimePoint now) {
  auto a5 = wire::make(a5_);
  a5.commands[0] = as_command(in_successor_.cookie);
  send(Channel::in, wire::encode(a5), now);
  events_.emplace_back(Switch{Channel::in});
  former_in_ = in_.cookie;
  in_ = in_successor_;
  in_sent_ = wire::encoded_size(wire::make(wire::RtsPduKind::InR1A1));
  in_state_ = InState::opened;
  in_predecessor_ends_ = true;
  ++in_recycled_;
  if (!ack_for_successor_.empty()) {
    send(Channel::in, std::exchange(ack_for_successor_, {}), now);
  }
  drain_queue(now);
}

void Client::on_predecessor_ended(TimePoint now) {
  in_predecessor_ends_ = false;
  drain_queue(now);
  recycle_when_due(now);
}

// -- OUT ----------------------------------------------------------------------------------------

Result<void> Client::on_out_a2() {
  if (!config_.out_sequence) {
    return {};
  }
  if (out_state_ != OutState::opened) {
    return fail(not_now("OUT_R1/A2 while OUT is recycled"));
  }
  out_state_ = OutState::opened_a6w;
  a3_held_ = config_.withheld.contains(wire::RtsPduKind::OutR1A3) ||
             config_.withheld.contains(wire::RtsPduKind::OutR2A3);
  if (!a3_held_) {
    open_out_successor();
  }
  return {};
}

void Client::open_out_successor() {
  SuccessorWishes usual;
  usual.sequence = *config_.out_sequence;
  auto const wishes = out_wishes_.value_or(usual);
  out_wishes_.reset();
  out_successor_ = successor_of(out_, wishes.sequence);
  out_successor_.window = wishes.receive_window.value_or(config_.receive_window);
  auto a3 = wire::make(wire::RtsPduKind::OutR1A3);
  a3.commands[0] = wire::VersionCommand{config_.version};
  a3.commands[1] = as_command(out_successor_.virtual_connection);
  a3.commands[2] = as_command(wishes.predecessor.value_or(out_.cookie));
  a3.commands[3] = as_command(out_successor_.cookie);
  a3.commands[4] = wire::ReceiveWindowSizeCommand{out_successor_.window};
  events_.emplace_back(OpenSuccessor{Channel::out, out_successor_.virtual_connection,
                                     wire::encode(a3), wishes.sequence});
}

/// A7 to the server, by IN; in OUT_R2 also C1, on the successor.
Result<void> Client::on_out_a6(wire::RtsPdu const& pdu, TimePoint now) {
  if (out_state_ != OutState::opened_a6w) {
    return fail(not_now("OUT_R1/A6 or OUT_R2/A6 without a successor of OUT"));
  }
  auto const is_r1 = wire::has_form(pdu, wire::RtsPduKind::OutR1A6);
  out_state_ = is_r1 ? OutState::opened_a10w : OutState::b3w;
  auto const kind = is_r1 ? wire::RtsPduKind::OutR1A7 : wire::RtsPduKind::OutR2A7;
  auto a7 = wire::make(kind);
  a7.commands[1] = as_command(out_successor_.cookie);
  send_unless_withheld(kind, {Channel::in, wire::encode(a7)}, now);
  if (!is_r1) {
    send_unless_withheld(
        wire::RtsPduKind::OutR2C1,
        {Channel::out, wire::encode(wire::make(wire::RtsPduKind::OutR2C1)), Instance::successor},
        now);
  }
  return {};
}

/// OUT_R1/A10 or OUT_R2/B3: the predecessor carries nothing more.
Result<void> Client::on_out_end(TimePoint now) {
  auto const is_r1 = out_state_ == OutState::opened_a10w;
  out_state_ = OutState::opened;
  former_out_ = out_.cookie;
  out_ = out_successor_;
  ++out_recycled_;
  out_window_ = ReceiveWindow(out_.window, config_.ack_policy);
  events_.emplace_back(Switch{Channel::out});
  for (auto& [kind, held] : held_) {
    held.instance = Instance::predecessor;  // C1 that is still held goes where its channel is now
  }
  if (is_r1) {
    send_unless_withheld(wire::RtsPduKind::OutR1A11,
                         {Channel::out, wire::encode(wire::make(wire::RtsPduKind::OutR1A11))}, now);
  }
  replay(now);
  return {};
}

void Client::replay(TimePoint now) {
  delivered_ = std::exchange(early_, {});
  for (auto const& bytes : delivered_) {
    wire::PduView const pdu{bytes};
    if (!pdu.is_rts()) {
      deliver(pdu, now);
    } else if (auto const done = on_rts(pdu, now); !done) {
      (void)protocol_error(done.error());
      return;
    }
  }
}

// -- What is withheld ---------------------------------------------------------------------------

void Client::send_unless_withheld(wire::RtsPduKind kind, Send due, TimePoint now) {
  if (config_.withheld.contains(kind)) {
    held_.emplace_back(kind, std::move(due));
  } else {
    send(due.channel, std::move(due.bytes), now, due.instance);
  }
}

void Client::release(wire::RtsPduKind kind, TimePoint now) {
  config_.withheld.erase(kind);
  if (in_state_ == InState::a5_due && kind == a5_) {
    send_a5(now);
  }
  auto const is_a3 = kind == wire::RtsPduKind::OutR1A3 || kind == wire::RtsPduKind::OutR2A3;
  if (is_a3 && std::exchange(a3_held_, false)) {
    open_out_successor();
  }
  auto held = std::exchange(held_, {});
  for (auto& [name, due] : held) {
    if (name == kind) {
      send(due.channel, std::move(due.bytes), now, due.instance);
    } else {
      held_.emplace_back(name, std::move(due));
    }
  }
}

}  // namespace rpchspec::session
