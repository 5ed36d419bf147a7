// Moves that carry payload.

#include <algorithm>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

constexpr std::uint32_t kUsualPdu = 5840;
constexpr std::uint32_t kLargestBehindOthers = 2000;  // a quarter of the least window
constexpr std::uint64_t kMostPdus = 800;  // of one move: the journal notes each several times
constexpr std::uint64_t kMostByHand = 6;  // acknowledgements that a script sends for one move

constexpr std::uint64_t kMostAhead = 400'000;  // that the sender's own queue takes at once

}  // namespace

Walk::Payload Walk::payload(Move const& move, Side side) const {
  Payload out;
  out.window = window(move.vc, side);
  // Of PDUs of half a window and more, the standard leaves open whether two are under way.
  auto largest = static_cast<std::uint32_t>(out.window / 2 - 1);
  // Behind others a large PDU may wait for ever: of a proxy's window nobody knows how much is left
  // when it acknowledges. Of its own kind it cannot.
  auto const at = states_.find(move.vc);
  if (at != states_.end() && (side == Side::in ? at->second.up : at->second.down) != 0) {
    largest = std::min(largest, kLargestBehindOthers);
  }
  auto const wanted = move.pdu_size == 0 ? kUsualPdu : move.pdu_size;
  out.pdu_size = std::clamp(wanted, kLeastPdu, largest);
  out.bytes = std::clamp<std::uint64_t>(move.bytes, kLeastPdu, kMostPdus * out.pdu_size);
  out.bytes = std::min(out.bytes, room(move.vc, side));
  if (acks_by_hand(side) || move.kind == Kind::stall_up || move.kind == Kind::stall_down) {
    out.bytes = std::min(out.bytes, kMostAhead);
  }
  if (acks_by_hand(side)) {
    out.bytes = std::min(out.bytes, kMostByHand * (out.window - out.pdu_size));
  }
  return out;
}

void Walk::fill(scn::Send& send, Move const& move, Payload const& payload) const {
  static constexpr char const* kUpTypes[] = {"bind", "alter_context", "auth3", "co_cancel",
                                             "orphaned"};
  static constexpr char const* kDownTypes[] = {"fault", "bind_ack", "bind_nak",
                                               "alter_context_resp", "shutdown"};
  send.set_bytes(payload.bytes);
  if (payload.pdu_size != kUsualPdu) {
    send.set_pdu_size(payload.pdu_size);
  }
  // Never wait: what does not arrive is for the expectation to tell.
  send.set_no_wait(true);
  send.set_big_endian(move.choice % 7 == 6);
  auto const type = move.choice / 7;
  if (type != 0) {
    auto const* const* names = send.channel() == "in" ? kUpTypes : kDownTypes;
    send.set_ptype(names[(type - 1) % 5]);
  }
}

scn::Send& Walk::send(Move const& move, Side side, Payload const& payload) {
  auto& sent = side == Side::in ? timeline_.client_send(move.vc, "in")
                                : timeline_.server_send(move.vc, "out");
  fill(sent, move, payload);
  return sent;
}

void Walk::ack(std::uint32_t vc, Side side) {
  auto& step = timeline_.step(vc);
  (void)(side == Side::in ? step.mutable_server_ack() : step.mutable_client_ack());
}

void Walk::await_all_of(std::uint32_t vc, Side side, Payload const& payload) {
  // More than a window comes only when the receiver's acknowledgements are heeded, too.
  if (payload.bytes > payload.window) {
    timeline_.await_data(vc, receiver_of(side), payload.bytes,
                         {"RPCH-1.3.4-01", "RPCH-3.2.1.4.1.1-01", "RPCH-3.2.1.5.1.2-02"});
  } else {
    timeline_.await_data(vc, receiver_of(side), payload.bytes,
                         {"RPCH-1.3.4-01", "RPCH-3.2.1.4.1.1-01"});
  }
  (side == Side::in ? states_[vc].up : states_[vc].down) += payload.bytes;
}

/// Where the receiver's acknowledgements are ours, each must bring what its window admits at least:
/// one PDU less than all of it, as one that fills it to the last byte may wait.
void Walk::await_transfer(std::uint32_t vc, Side side, Payload const& payload) {
  if (acks_by_hand(side)) {
    auto const each = payload.window - payload.pdu_size;
    for (auto due = each; due < payload.bytes; due += each) {
      timeline_.await_data(vc, receiver_of(side), due,
                           {"RPCH-3.2.1.4.1.3-01", "RPCH-3.2.1.5.1.2-02"});
      ack(vc, side);
    }
  }
  await_all_of(vc, side, payload);
  if (acks_by_hand(side)) {
    ack(vc, side);
  }
}

bool Walk::transfer(Move const& move, Side side) {
  if (!may_transfer(move.vc, side)) {
    return false;
  }
  auto const sent = payload(move, side);
  send(move, side, sent);
  await_transfer(move.vc, side, sent);
  return true;
}

bool Walk::both(Move const& move) {
  if (!may_transfer(move.vc, Side::in) || !may_transfer(move.vc, Side::out) ||
      acks_by_hand(Side::in) || acks_by_hand(Side::out)) {
    return false;
  }
  auto& parallel = *timeline_.step(1).mutable_parallel();
  for (auto const side : {Side::in, Side::out}) {
    auto& step = *parallel.add_branches()->add_steps();
    if (move.vc > 1) {
      step.set_vc(move.vc);
    }
    auto& sent = side == Side::in ? *step.mutable_client_send() : *step.mutable_server_send();
    sent.set_channel(name_of(side));
    fill(sent, move, payload(move, side));
  }
  for (auto const side : {Side::in, Side::out}) {
    await_all_of(move.vc, side, payload(move, side));
  }
  return true;
}

bool Walk::crowd(Move const& move) {
  std::vector<std::uint32_t> those;
  for (auto const& [vc, state] : states_) {
    if (may_transfer(vc, Side::in) && may_transfer(vc, Side::out)) {
      those.push_back(vc);
    }
  }
  if (those.size() < 2 || acks_by_hand(Side::in) || acks_by_hand(Side::out)) {
    return false;
  }
  auto& parallel = *timeline_.step(1).mutable_parallel();
  auto of = move;
  for (auto const vc : those) {
    auto& step = *parallel.add_branches()->add_steps();
    of.vc = vc;
    if (vc > 1) {
      step.set_vc(vc);
    }
    auto const up = (vc + move.choice) % 2 == 0;
    auto& sent = up ? *step.mutable_client_send() : *step.mutable_server_send();
    sent.set_channel(up ? "in" : "out");
    fill(sent, of, payload(of, up ? Side::in : Side::out));
  }
  for (auto const vc : those) {
    auto const side = (vc + move.choice) % 2 == 0 ? Side::in : Side::out;
    of.vc = vc;
    await_all_of(vc, side, payload(of, side));
  }
  return true;
}

void Walk::read_on(std::uint32_t vc, Side side, bool stop) {
  auto& step = timeline_.step(vc);
  auto& reading =
      side == Side::in ? *step.mutable_server_reading() : *step.mutable_client_reading();
  reading.set_channel(name_of(side));
  reading.set_stop(stop);
}

bool Walk::stall(Move const& move, Side side) {
  if (!may_transfer(move.vc, side) || acks_by_hand(side)) {
    return false;
  }
  auto const sent = payload(move, side);
  read_on(move.vc, side, true);
  send(move, side, sent);
  timeline_.pause(100);
  read_on(move.vc, side, false);
  await_all_of(move.vc, side, sent);
  return true;
}

}  // namespace rpchspec::explore
