// Moves that replace a channel by a successor, as peers do that keep to the protocol.

#include <algorithm>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

constexpr std::uint64_t kLeadIn = 1000;        // bytes that show that a channel is open to its end
constexpr std::uint32_t kMostConnections = 3;  // of a channel, that expectations can name

}  // namespace

/// IN is not open to a successor before CONN/B3 came, and payload at the server tells that it did.
bool Walk::make_ready(std::uint32_t vc) {
  auto& state = states_[vc];
  if (state.up == 0 && !state.up_closed) {
    Move first;
    first.vc = vc;
    first.bytes = kLeadIn;
    first.pdu_size = kSmallPdu;
    if (!transfer(first, Side::in)) {
      return false;
    }
  }
  timeline_.begin_part();
  return true;
}

bool Walk::may_recycle(std::uint32_t vc, Side side) const {
  // A patient client leaves the server's wish unanswered unless it is told how to.
  auto const& client = scenario_.client();
  auto const answers = client.conduct() != scn::PATIENT || !client.out_sequence().empty();
  auto const by_itself = client.recycle_in_at() != 0 || scenario_.server().recycle_out_at() != 0;
  return is_open(vc) && !by_itself && (side == Side::in || answers) &&
         connections(vc, side) < kMostConnections;
}

std::uint32_t Walk::connections(std::uint32_t vc, Side side) const {
  auto const& state = states_.at(vc);
  return side == Side::in ? state.client_in : state.client_out;
}

void Walk::begin_recycling(std::uint32_t vc, Side side, bool r1) {
  timeline_.client_recycle(vc, name_of(side), r1);
  if (side == Side::out) {
    timeline_.server_recycle(vc);
  }
}

/// Both are sent and the channel is replaced, all at once.
void Walk::recycle_beside(Move const& move, RecycleChoice how) {
  auto const opposite = other(move.side);
  if (move.side == Side::out) {
    timeline_.client_recycle(move.vc, "out", how.r1);
  }
  auto& parallel = *timeline_.step(1).mutable_parallel();
  auto const branch = [&]() -> scn::Step& {
    auto& step = *parallel.add_branches()->add_steps();
    if (move.vc > 1) {
      step.set_vc(move.vc);
    }
    return step;
  };
  for (auto const side : {move.side, opposite}) {
    if (side == opposite && !how.both) {
      continue;
    }
    auto& step = branch();
    auto& sent = side == Side::in ? *step.mutable_client_send() : *step.mutable_server_send();
    sent.set_channel(name_of(side));
    fill(sent, {.kind = move.kind, .vc = move.vc}, payload(move, side));
  }
  if (move.side == Side::in) {
    auto& recycle = *branch().mutable_client_recycle();
    recycle.set_channel("in");
    recycle.set_sequence(how.r1 ? "r1" : "r2");
    recycle.set_no_wait(true);
  } else {
    branch().mutable_server_recycle()->set_no_wait(true);
  }
  if (!how.r1) {
    await_news_at_server(move.vc, move.side);
  }
  for (auto const side : {move.side, opposite}) {
    if (side == move.side || how.both) {
      await_all_of(move.vc, side, payload(move, side));
    }
  }
}

/// A client may end the predecessor itself once the successor has its place, and nothing else ends.
void Walk::close_former(std::uint32_t vc) {
  timeline_.await_pdu(vc, "client.out", "IN_R2/A4", {"RPCH-2.2.4.21-01"});
  timeline_.begin_part();
  auto& close = *timeline_.step(vc).mutable_client_close();
  close.set_channel("in");
  close.set_on(scn::FORMER);
  count_successor(vc, Side::in, false);
  auto const& state = states_[vc];
  await_still_open(vc, numbered("client.in", state.client_in),
                   {"RPCH-3.2.4.5.14-06", "RPCH-3.2.3.5.10-04"});
  await_still_open(vc, numbered("server.in", state.server_in), {"RPCH-3.2.4.5.14-06"});
}

bool Walk::recycle(Move const& move) {
  auto const how = RecycleChoice::of(move.choice);
  auto const by_hand = acks_by_hand(Side::in) || acks_by_hand(Side::out);
  auto const beside =
      how.beside && !by_hand && may_transfer(move.vc, Side::in) && may_transfer(move.vc, Side::out);
  if (!may_recycle(move.vc, move.side) || holds_recycling() || !make_ready(move.vc)) {
    return false;
  }
  auto const small = how.special && move.side == Side::out && !by_hand &&
                     connections(move.vc, Side::out) + 1 < kMostConnections;
  if (beside) {
    recycle_beside(move, how);
  } else {
    begin_recycling(move.vc, move.side, how.r1);
    if (!how.r1) {
      await_news_at_server(move.vc, move.side);
    }
  }
  if (how.special && move.side == Side::in && !how.r1) {
    close_former(move.vc);
  } else {
    await_successor(move.vc, move.side, how.r1);
  }
  if (move.side == Side::out) {
    states_[move.vc].down_window = 0;  // what the frame says
  }
  timeline_.begin_part();
  if (small) {
    recycle_into_small_window(move.vc, how.r1);
    timeline_.begin_part();
  }
  for (auto const side : {move.side, other(move.side)}) {
    (void)transfer({.kind = Kind::up, .vc = move.vc, .bytes = move.bytes}, side);
  }
  return true;
}

/// The successor's window counts, not the predecessor's; the monitors know both.
void Walk::recycle_into_small_window(std::uint32_t vc, bool r1) {
  timeline_.client_recycle(vc, "out", r1).set_receive_window(kLeastWindow);
  timeline_.server_recycle(vc);
  if (!r1) {
    await_news_at_server(vc, Side::out);
  }
  await_successor(vc, Side::out, r1);
  states_[vc].down_window = kLeastWindow;
}

bool Walk::recycle_both(Move const& move) {
  auto const by_hand = acks_by_hand(Side::in) || acks_by_hand(Side::out);
  if (!may_recycle(move.vc, Side::in) || !may_recycle(move.vc, Side::out) || by_hand ||
      !may_transfer(move.vc, Side::in) || !may_transfer(move.vc, Side::out) || holds_recycling() ||
      !make_ready(move.vc)) {
    return false;
  }
  auto const in_r1 = (move.choice & 1) != 0;
  auto const out_r1 = (move.choice & 2) != 0;
  timeline_.client_recycle(move.vc, "in", in_r1);
  Move out = move;
  out.side = Side::out;
  recycle_beside(out, {.r1 = out_r1, .beside = true, .both = true});
  await_successor(move.vc, Side::in, in_r1);
  await_successor(move.vc, Side::out, out_r1);
  states_[move.vc].down_window = 0;
  timeline_.begin_part();
  for (auto const side : {Side::in, Side::out}) {
    (void)transfer({.kind = Kind::up, .vc = move.vc, .bytes = move.bytes}, side);
  }
  return true;
}

/// What waits for the receiver's window belongs to the predecessor, which ends behind it. In IN_R2
/// that is nothing: both channels lead to the same leg of the server.
bool Walk::recycle_filled(Move const& move) {
  auto const in = acks_by_hand(Side::in);
  auto const side = in ? Side::in : Side::out;
  if (!acks_by_hand(side) || !may_recycle(move.vc, side) || !may_transfer(move.vc, side) ||
      holds_recycling() || !make_ready(move.vc)) {
    return false;
  }
  auto const r1 = in || (move.choice & 1) != 0;
  auto const begun = timeline_.label();
  auto const sent = fill_window(move.vc, side, kQueued);
  timeline_.begin_part();
  begin_recycling(move.vc, side, r1);
  if (!r1) {
    await_news_at_server(move.vc, side);
  }
  auto& state = states_[move.vc];
  auto const server = numbered("server.in", state.server_in);
  auto const client = numbered("client.out", state.client_out);
  if (in) {
    timeline_.await_pdu(move.vc, server, "IN_R1/A6", {"RPCH-3.2.3.5.6-02"});
    timeline_.await_silence(move.vc, server, "IN_R1/B1", {"RPCH-3.2.3.5.6-03"});
  } else {
    timeline_.await_silence(move.vc, client, r1 ? "OUT_R1/A10" : "OUT_R2/B3",
                            {r1 ? "RPCH-3.2.4.5.8-02" : "RPCH-3.2.4.5.10-02"});
  }
  ack(move.vc, side);
  auto& data = timeline_.await(move.vc, in ? server : client,
                               {in   ? "RPCH-3.2.3.5.6-03"
                                : r1 ? "RPCH-3.2.4.5.8-02"
                                     : "RPCH-3.2.4.5.10-02"});
  data.set_since(begun);
  data.mutable_data()->set_at_least(sent.bytes);
  if (in) {
    timeline_.await_pdu(move.vc, server, "IN_R1/B1", {"RPCH-3.2.3.5.6-04"});
  } else {
    timeline_.await_pdu(move.vc, client, r1 ? "OUT_R1/A10" : "OUT_R2/B3",
                        {r1 ? "RPCH-3.2.4.5.8-03" : "RPCH-3.2.4.5.10-03"});
  }
  await_successor(move.vc, side, r1);
  (in ? state.up : state.down) += sent.bytes;
  timeline_.begin_part();
  (void)transfer({.kind = Kind::up, .vc = move.vc, .bytes = move.bytes}, side);
  return true;
}

}  // namespace rpchspec::explore
