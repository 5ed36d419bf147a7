// Recyclings that stop in the middle, because a peer is slow with one PDU; some go wrong there.

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

bool Walk::client_holds(char const* pdu) const {
  for (auto const& held : scenario_.client().hold()) {
    if (held == pdu) {
      return true;
    }
  }
  return false;
}

bool Walk::holds_recycling() const {
  return scenario_.client().hold_size() != 0 || holds("OUT_R2/B1") || holds("IN_R1/B2");
}

bool Walk::recycle_held(Move const& move) {
  auto const queued =
      acks_by_hand(Side::in) && client_holds("IN_R2/A5") && scenario_.monitors_off_size() != 0;
  auto const by_hand = (acks_by_hand(Side::in) && !queued) || acks_by_hand(Side::out);
  auto& state = states_[move.vc];
  // What is released once is never held back again.
  if (!may_recycle(move.vc, Side::in) || !may_recycle(move.vc, Side::out) || by_hand ||
      state.released || !may_transfer(move.vc, Side::in) || !may_transfer(move.vc, Side::out) ||
      !holds_recycling() || !make_ready(move.vc)) {
    return false;
  }
  state.released = true;
  if (queued) {
    early_behind_queue(move);
  } else if (client_holds("IN_R2/A5")) {
    hold_a5(move);
  } else if (client_holds("OUT_R2/C1")) {
    hold_c1(move);
  } else if (client_holds("OUT_R1/A11")) {
    hold_a11(move);
  } else if (holds("OUT_R2/B1")) {
    hold_b1(move);
  } else {
    hold_b2(move);
  }
  return true;
}

void Walk::release(std::uint32_t vc, Whose whose, char const* pdu) {
  timeline_.begin_part();
  auto& step = timeline_.step(vc);
  auto& release =
      whose == Whose::client ? *step.mutable_client_release() : *step.mutable_server_release();
  release.set_pdu(pdu);
}

void Walk::hold_a5(Move const& move) {
  timeline_.client_recycle(move.vc, "in", false);
  await_news_at_server(move.vc, Side::in);
  timeline_.await_pdu(move.vc, "client.out", "IN_R2/A4", {"RPCH-2.2.4.21-01"});
  if (move.choice >= 8) {
    ping_on_successor(move.vc);
  }
  auto const patient = scenario_.client().conduct() == scn::PATIENT;
  if (scenario_.monitors_off_size() != 0) {
    return patient && move.choice % 2 == 1 ? misplace_a5(move) : early_on_successor(move);
  }
  switch (move.choice % (patient ? 4 : 2)) {
    case 0:
    case 1:
      return out_meanwhile(move);
    case 2:
      return lose_successor(move);
    default:
      return mismatch(move);
  }
}

/// The client's timer does not know that its channel waits.
void Walk::ping_on_successor(std::uint32_t vc) {
  timeline_.begin_part();
  timeline_.client_pdu(vc, "in", "Ping").set_on(scn::SUCCESSOR);
  await_still_open(vc, numbered("client.in", states_[vc].client_in + 1), {"FIELD-F34"});
}

/// What comes on the successor goes behind all that comes on the predecessor.
void Walk::early_on_successor(Move const& move) {
  auto& early = timeline_.client_send(move.vc, "in");
  early.set_hex(kCoCancel);
  early.set_on(scn::SUCCESSOR);
  timeline_.await_silence(move.vc, "server.in", "co_cancel",
                          {"RPCH-3.2.3.5.5.1-04", "RPCH-3.2.1.1.4-03"});
  release(move.vc, Whose::client, "IN_R2/A5");
  timeline_.await_pdu(move.vc, "server.in", "co_cancel",
                      {"RPCH-3.2.3.5.5.1-04", "RPCH-3.2.3.5.8-03"});
  await_successor(move.vc, Side::in, false);
  states_[move.vc].up_closed = true;
}

/// And behind what came on the predecessor and waits for the server's window.
void Walk::early_behind_queue(Move const& move) {
  auto const begun = timeline_.label();
  auto const sent = fill_window(move.vc, Side::in, kQueued);
  timeline_.begin_part();
  timeline_.client_recycle(move.vc, "in", false);
  timeline_.await_pdu(move.vc, "client.out", "IN_R2/A4", {"RPCH-2.2.4.21-01"});
  auto& early = timeline_.client_send(move.vc, "in");
  early.set_hex(kCoCancel);
  early.set_on(scn::SUCCESSOR);
  release(move.vc, Whose::client, "IN_R2/A5");
  timeline_.await_silence(move.vc, "server.in", "co_cancel", {"FIELD-F53", "RPCH-3.2.3.5.8-03"});
  ack(move.vc, Side::in);
  auto& data = timeline_.await(move.vc, "server.in", {"RPCH-3.2.3.5.8-03"});
  data.set_since(begun);
  data.mutable_data()->set_at_least(sent.bytes);
  timeline_.await_pdu(move.vc, "server.in", "co_cancel", {"FIELD-F53", "RPCH-3.2.3.5.8-03"});
  count_successor(move.vc, Side::in, false);
  states_[move.vc].up += sent.bytes;
  states_[move.vc].up_closed = true;
}

void Walk::out_meanwhile(Move const& move) {
  auto const r1 = (move.choice / 4) % 2 == 1;
  begin_recycling(move.vc, Side::out, r1);
  timeline_.await_pdu(move.vc, "server.in", r1 ? "OUT_R1/A8" : "OUT_R2/A8", {"RPCH-3.2.1.5.2-04"});
  await_successor(move.vc, Side::out, r1);
  release(move.vc, Whose::client, "IN_R2/A5");
  await_successor(move.vc, Side::in, false);
  timeline_.begin_part();
  for (auto const side : {Side::in, Side::out}) {
    (void)transfer({.kind = Kind::up, .vc = move.vc, .bytes = move.bytes}, side);
  }
}

/// Either all of it ends, or the predecessor goes on.
void Walk::lose_successor(Move const& move) {
  auto& state = states_[move.vc];
  state.open = false;
  timeline_.begin_part();
  auto& close = *timeline_.step(move.vc).mutable_client_close();
  close.set_channel("in");
  close.set_on(scn::SUCCESSOR);
  close.set_cause(move.cause == scn::TCP_RST ? move.cause : scn::TCP_FIN);
  timeline_.client_send(move.vc, "in").set_hex(kOrphaned);
  auto& either = timeline_.await(move.vc, {}, {"RPCH-3.2.4.5.14-07"});
  Timeline::add_other(either, numbered("client.in", state.client_in)).mutable_closed();
  Timeline::add_other(either, "server.in").mutable_receives()->set_pdu("orphaned");
}

void Walk::hold_c1(Move const& move) {
  auto const old = states_[move.vc].client_out;
  begin_recycling(move.vc, Side::out, false);
  await_news_at_server(move.vc, Side::out);
  expect_no_head(move.vc, old + 1, {"RPCH-3.2.4.5.10-07"});
  timeline_.await_pdu(move.vc, numbered("client.out", old), "OUT_R2/B3", {"RPCH-3.2.4.5.10-03"});
  timeline_.await_closed(move.vc, numbered("client.out", old), {"RPCH-3.2.4.5.10-08"});
  await_no_head(move.vc, old + 1, {"RPCH-3.2.4.5.10-07"});
  send_while_held(move, "OUT_R2/C1", "RPCH-3.2.4.5.11-02", false);
}

void Walk::hold_a11(Move const& move) {
  auto const old = states_[move.vc].client_out;
  begin_recycling(move.vc, Side::out, true);
  expect_no_head(move.vc, old + 1, {"RPCH-3.2.4.5.6.2-03"});
  timeline_.await_closed(move.vc, numbered("client.out", old), {"RPCH-3.2.4.5.8-05"});
  await_no_head(move.vc, old + 1, {"RPCH-3.2.4.5.6.2-03"});
  send_while_held(move, "OUT_R1/A11", "RPCH-3.2.4.5.9-02", true);
}

/// The server sends to the successor, which must wait; then it may go on.
void Walk::send_while_held(Move const& move, char const* pdu, char const* by, bool r1) {
  timeline_.begin_part();
  auto const sent = payload(move, Side::out);
  send({.kind = Kind::down, .vc = move.vc}, Side::out, sent);
  await_no_head(move.vc, states_[move.vc].client_out + 1, {by});
  auto const begun = timeline_.label();
  release(move.vc, Whose::client, pdu);
  await_head_of_successor(move.vc, r1 ? "RPCH-3.2.4.5.9-03" : "RPCH-3.2.4.5.11-02");
  auto& data = timeline_.await(move.vc, "client.out", {by, "RPCH-1.3.4-01"});
  data.set_since(begun);
  data.mutable_data()->set_at_least(sent.bytes);
  states_[move.vc].down += sent.bytes;
  count_successor(move.vc, Side::out, r1);
}

/// Until OUT_R2/B1 the predecessor carries what the server sends. B2 instead of it ends the
/// successor alone.
void Walk::hold_b1(Move const& move) {
  auto& state = states_[move.vc];
  auto const old = state.client_out;
  begin_recycling(move.vc, Side::out, false);
  await_news_at_server(move.vc, Side::out);
  timeline_.await_pdu(move.vc, "server.in", "OUT_R2/A8", {"RPCH-3.2.1.5.2-04"});
  auto const patient =
      scenario_.client().conduct() == scn::PATIENT && scenario_.server().conduct() == scn::PATIENT;
  if (patient && move.choice % 2 == 1) {
    timeline_.pause(100);
    timeline_.begin_part();
    timeline_.server_send(move.vc, "out").set_pdu("OUT_R2/B2");
    timeline_.await_closed(move.vc, numbered("client.out", old + 1), {"RPCH-3.2.4.5.12-02"});
    await_still_open(move.vc, numbered("client.out", old), {"RPCH-3.2.4.5.12-02"});
  }
  timeline_.begin_part();
  auto const sent = payload(move, Side::out);
  send({.kind = Kind::down, .vc = move.vc}, Side::out, sent);
  timeline_.await_data(move.vc, numbered("client.out", old), sent.bytes,
                       {"RPCH-3.2.4.5.11-03", "RPCH-3.2.4.5.6.1-05"});
  state.down += sent.bytes;
  await_no_head(move.vc, old + 1, {"RPCH-3.2.4.5.11-03", "RPCH-3.2.4.5.6.1-05"});
  if (patient && move.choice % 2 == 1) {
    out_again(move.vc, old);
    return;
  }
  release(move.vc, Whose::server, "OUT_R2/B1");
  timeline_.await_pdu(move.vc, numbered("client.out", old), "OUT_R2/B3", {"RPCH-3.2.4.5.10-03"});
  await_successor(move.vc, Side::out, false);
}

/// The predecessor is open again, and is recycled by hand as far as the proxy tells the server.
void Walk::out_again(std::uint32_t vc, std::uint32_t old) {
  states_[vc].open = false;
  timeline_.begin_part();
  timeline_.server_send(vc, "out").set_pdu("OUT_R1/A1");
  timeline_.await_pdu(vc, numbered("client.out", old), "OUT_R1/A2", {"RPCH-3.2.4.5.12-03"});
  timeline_.client_request(vc, "out").set_content_length("120");
  auto& a3 = timeline_.client_pdu(vc, "out", "OUT_R2/A3");
  (*a3.mutable_with())["PredecessorCookie"] = "$OUTChannelCookie";
  (*a3.mutable_with())["SuccessorCookie"] = kForeignCookie;
  auto& a4 = timeline_.await_pdu(vc, "server.out", "OUT_R2/A4", {"RPCH-3.2.4.5.12-03"});
  (*a4.mutable_where())["SuccessorCookie"] = kForeignCookie;
}

/// Until IN_R1/B2 the successor sends nothing, and then no more than the window in it.
void Walk::hold_b2(Move const& move) {
  timeline_.client_recycle(move.vc, "in", true);
  timeline_.await_pdu(move.vc, "client.out", "IN_R1/A4", {"RPCH-2.2.4.13-01"});
  auto const recycling = timeline_.label();
  timeline_.begin_part();
  Payload sent;
  sent.bytes = 3 * kLeastWindow;
  sent.pdu_size = kSmallPdu;
  send({.kind = Kind::up, .vc = move.vc}, Side::in, sent);
  timeline_.await_silence(move.vc, "server.in", "request",
                          {"RPCH-3.2.3.5.5.2-04", "RPCH-3.2.1.1.4-03"});
  auto const begun = timeline_.label();
  if (!holds("FlowControlAck")) {
    release(move.vc, Whose::server, "IN_R1/B2");
    auto& data = timeline_.await(move.vc, "server.in", {"RPCH-3.2.3.5.7-02"});
    data.set_since(begun);
    data.mutable_data()->set_at_least(sent.bytes);
    await_successor(move.vc, Side::in, true);
    states_[move.vc].up += sent.bytes;
    return;
  }
  // Only then is the successor's leg the server's IN leg.
  auto& left = timeline_.await(move.vc, numbered("server.in", states_[move.vc].server_in),
                               {"RPCH-3.2.3.5.6-04"});
  left.set_since(recycling);
  left.mutable_receives()->set_pdu("IN_R1/B1");
  timeline_.begin_part();
  auto& b2 = timeline_.server_send(move.vc, "in");
  b2.set_pdu("IN_R1/B2");
  (*b2.mutable_with())["ReceiveWindowSize"] = std::to_string(kLeastWindow);
  auto& bounded = *timeline_
                       .await(move.vc, numbered("server.in", states_[move.vc].server_in + 1),
                              {"RPCH-3.2.3.5.7-02"})
                       .mutable_data();
  bounded.set_at_least(kLeastWindow - 2 * kSmallPdu);
  bounded.set_at_most(kLeastWindow);
  bounded.mutable_for_()->set_nanos(kSilence);
  states_[move.vc].open = false;
}

}  // namespace rpchspec::explore
