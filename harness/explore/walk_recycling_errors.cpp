// Successors that no client may ask for, and IN_R2/A5 as no client may send it.

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

constexpr char const* kOtherCookie = "112233445566778899aabbccddeeff00";

}  // namespace

/// It is refused: one of the two channels ends, and the server hears nothing of it.
bool Walk::false_successor(Move const& move) {
  auto& state = states_[move.vc];
  auto const in = move.side == Side::in;
  auto const ordinal = in ? state.client_in : state.client_out;
  auto const stale = move.choice % 2 == 1 && ordinal > 1;
  if (scenario_.client().conduct() != scn::PATIENT || !may_recycle(move.vc, move.side) ||
      holds_recycling() || !make_ready(move.vc)) {
    return false;
  }
  state.open = false;
  timeline_.client_recycle(move.vc, name_of(move.side), false)
      .set_predecessor(stale ? "stale" : "wrong");
  if (!in) {
    timeline_.server_recycle(move.vc);
  }
  auto const* by = in ? (stale ? "RPCH-3.2.3.5.5.1-06" : "RPCH-3.2.3.5.5.1-05")
                      : (stale ? "RPCH-3.2.4.5.6.1-06" : "RPCH-3.2.4.5.6.1-02");
  auto& refused = timeline_.await(move.vc, {}, {by});
  for (auto const which : {ordinal, ordinal + 1}) {
    Timeline::add_other(refused, numbered("client." + name_of(move.side), which)).mutable_closed();
  }
  // Not awaited: it might have come before its step began.
  auto& nothing = timeline_.expect(move.vc, in ? "server.in" : "server.out", {by});
  nothing.mutable_receives_not()->set_pdu(in ? "IN_R2/A2" : "OUT_R2/A4");
  nothing.mutable_receives_not()->mutable_for_()->set_nanos(kSilence);
  return true;
}

/// A successor whose virtual connection the proxy does not know has its predecessor elsewhere.
bool Walk::lone_successor(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  state.known = true;
  auto const in = move.side == Side::in;
  auto const channel = name_of(move.side);
  auto& request = timeline_.client_request(move.vc, channel);
  if (!in) {
    request.set_content_length("120");
  }
  auto& first = timeline_.client_pdu(move.vc, channel, in ? "IN_R1/A1" : "OUT_R1/A3", move.split);
  auto& with = *first.mutable_with();
  with["Version"] = move.choice % 2 == 1 ? "2" : "1";
  with["PredecessorCookie"] = kForeignCookie;
  with["SuccessorCookie"] = kOtherCookie;
  auto& passed =
      timeline_.await_pdu(move.vc, in ? "server.in" : "server.out", in ? "IN_R1/A2" : "OUT_R1/A4",
                          in ? By{"RPCH-2.2.4.11-02", "RPCH-3.2.3.5.5.2-01"}
                             : By{"RPCH-2.2.4.26-02", "RPCH-3.2.4.5.6.2-01"});
  auto& where = *passed.mutable_where();
  where["Version"] = "1";
  where["VirtualConnectionCookie"] = "$VirtualConnectionCookie";
  where["PredecessorCookie"] = kForeignCookie;
  where["SuccessorCookie"] = kOtherCookie;
  return true;
}

/// Before CONN/B3 there is nothing to take over.
bool Walk::early_successor(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || !holds("CONN/B3") || scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  state.known = true;
  timeline_.client_request(move.vc, "out");
  timeline_.client_pdu(move.vc, "out", "CONN/A1");
  timeline_.client_request(move.vc, "in");
  timeline_.client_pdu(move.vc, "in", "CONN/B1");
  timeline_.await_pdu(move.vc, "server.in", "CONN/B2", {"RPCH-3.2.3.5.3-05"});
  timeline_.client_request(move.vc, "in");
  timeline_.begin_part();
  auto& a1 = timeline_.client_pdu(move.vc, "in", "IN_R2/A1");
  (*a1.mutable_with())["PredecessorCookie"] = "$INChannelCookie";
  (*a1.mutable_with())["SuccessorCookie"] = kForeignCookie;
  timeline_.await_closed(move.vc, "client.in#1", {"RPCH-3.2.3.5.5.1-02", "RPCH-3.2.3.5.10-06"});
  timeline_.await_closed(move.vc, "server.in", {"RPCH-3.2.3.5.5.1-02", "RPCH-3.2.3.5.10-06"});
  return true;
}

/// On the successor itself it opens nothing.
void Walk::misplace_a5(Move const& move) {
  states_[move.vc].open = false;
  timeline_.begin_part();
  auto& a5 = timeline_.client_pdu(move.vc, "in", "IN_R2/A5");
  a5.set_on(scn::SUCCESSOR);
  a5.add_then()->set_hex(kCoCancel);
  auto& nothing =
      *timeline_.expect(move.vc, "server.in", {"RPCH-3.2.3.5.5.1-04", "RPCH-3.2.1.1.4-03"})
           .mutable_receives_not();
  nothing.set_pdu("co_cancel");
  nothing.mutable_for_()->set_nanos(kSilence);
}

/// IN_R2/A5 with another cookie costs the successor alone.
void Walk::mismatch(Move const& move) {
  auto& state = states_[move.vc];
  state.open = false;
  timeline_.begin_part();
  auto& a5 = timeline_.client_pdu(move.vc, "in", "IN_R2/A5");
  (*a5.mutable_with())["SuccessorCookie"] = kForeignCookie;
  timeline_.await_closed(move.vc, numbered("client.in", state.client_in + 1),
                         {"RPCH-3.2.3.5.8-02"});
  timeline_.client_send(move.vc, "in").set_hex(kOrphaned);
  timeline_.await_pdu(move.vc, "server.in", "orphaned", {"RPCH-3.2.3.5.8-02"});
}

}  // namespace rpchspec::explore
