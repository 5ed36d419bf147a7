// What the peers must see of a successor, and of its predecessor.

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {
namespace {

constexpr std::int32_t kMoment = 100'000'000;  // ns

}  // namespace

/// Of a successor by R2 the server hears on the connection that it has. Where another proxy had the
/// channel meanwhile, this one need not know it any more.
void Walk::await_news_at_server(std::uint32_t vc, Side side) {
  auto const& state = states_[vc];
  auto const in = side == Side::in;
  if ((in ? state.server_in : state.server_out) != 1) {
    return;
  }
  auto const again = connections(vc, side) > 1;
  auto const* const leg = in ? "server.in#1" : "server.out#1";
  auto const* const pdu = in ? "IN_R2/A2" : "OUT_R2/A4";
  if (again) {
    timeline_.await_pdu(vc, leg, pdu, {in ? "RPCH-3.2.3.5.5.1-06" : "RPCH-3.2.4.5.6.1-06"});
  } else {
    timeline_.await_pdu(vc, leg, pdu, {in ? "RPCH-3.2.3.5.5.1-01" : "RPCH-3.2.4.5.6.1-01"});
  }
  auto& named = timeline_.await_pdu(vc, leg, pdu, {in ? "RPCH-2.2.4.19-01" : "RPCH-2.2.4.37-01"});
  (*named.mutable_where())["SuccessorCookie"] =
      in ? "$SuccessorINChannelCookie" : "$SuccessorOUTChannelCookie";
}

/// The predecessor ends, and the successor is there.
void Walk::await_successor(std::uint32_t vc, Side side, bool r1) {
  auto& state = states_[vc];
  if (connections(vc, side) > 1) {  // its predecessor is no longer the first channel
    timeline_.await_closed(vc, numbered("client." + name_of(side), connections(vc, side)),
                           {side == Side::in ? "RPCH-3.2.3.5.5.1-06" : "RPCH-3.2.4.5.6.1-06"});
  }
  if (side == Side::in) {
    timeline_.await_closed(vc, numbered("client.in", state.client_in),
                           {r1 ? "RPCH-3.2.3.5.6-05" : "RPCH-3.2.3.5.8-03"});
    if (r1) {
      timeline_.await_closed(vc, numbered("server.in", state.server_in), {"RPCH-3.2.3.5.6-05"});
    }
  } else {
    timeline_.await_closed(vc, numbered("client.out", state.client_out),
                           {r1 ? "RPCH-3.2.4.5.8-05" : "RPCH-3.2.4.5.10-08"});
    if (r1) {
      timeline_.await_closed(vc, numbered("server.out", state.server_out), {"RPCH-3.2.4.5.8-05"});
    }
    await_head_of_successor(vc, r1 ? "RPCH-3.2.4.5.9-03" : "RPCH-3.2.4.5.10-06");
  }
  count_successor(vc, side, r1);
}

void Walk::await_head_of_successor(std::uint32_t vc, char const* by) {
  auto& answer = *timeline_.await(vc, numbered("client.out", states_[vc].client_out + 1), {by})
                      .mutable_response();
  answer.add_status("200");
  answer.set_reason("Success");
  auto& no_a3 = *timeline_.expect(vc, numbered("client.out", states_[vc].client_out + 1), {by})
                     .mutable_receives_not();
  no_a3.set_pdu("CONN/A3");
  no_a3.mutable_for_()->set_nanos(kAWhile);
}

void Walk::count_successor(std::uint32_t vc, Side side, bool r1) {
  auto& state = states_[vc];
  ++(side == Side::in ? state.client_in : state.client_out);
  if (r1) {
    ++(side == Side::in ? state.server_in : state.server_out);
  }
}

/// What is open still is so a moment later.
void Walk::await_still_open(std::uint32_t vc, std::string const& leg, By by) {
  timeline_.await(vc, leg, by).mutable_stays_open()->mutable_for_()->set_nanos(kMoment);
}

/// On a new connection of the leg nothing is answered yet.
void Walk::await_no_head(std::uint32_t vc, std::uint32_t ordinal, By by) {
  auto& expectation = timeline_.await(vc, numbered("client.out", ordinal), by);
  expectation.clear_since();
  expectation.mutable_no_response()->mutable_for_()->set_nanos(kSilence);
}

/// The same since the recycling began, and no longer than the await that follows lasts.
void Walk::expect_no_head(std::uint32_t vc, std::uint32_t ordinal, By by) {
  auto& expectation = timeline_.expect(vc, numbered("client.out", ordinal), by);
  expectation.mutable_no_response()->mutable_for_()->set_nanos(kSilence);
}

}  // namespace rpchspec::explore
