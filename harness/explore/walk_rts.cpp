// Moves beside the payload: RTS PDUs, echoes, silence.

#include <algorithm>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

/// An RPC PDU of 24 bytes without payload: a request or a response.
std::string small_pdu(bool request, unsigned call_id) {
  std::string const type = request ? "00" : "02";
  return "0500" + type + "03100000001800000" + "0" + (call_id < 16 ? "0" : "") +
         "0123456789abcdef"[call_id % 16] + "0000000000000000000000";
}

/// The same with a verifier of 8 bytes behind it, as those of a connection with authentication.
std::string verified_pdu(bool request, unsigned call_id) {
  auto pdu = small_pdu(request, call_id);
  pdu.replace(16, 8, "28000800");  // frag_length 40, auth_length 8
  return pdu + "0a05000000000000" + "2122232425262728";
}

constexpr char const* kEchoPdu = "0500140310000000140000000000000040000000";
constexpr std::uint32_t kMostEchoBody = 16;  // 2.1.2.1.5
constexpr unsigned kFirstCall = 11;
constexpr unsigned kCalls = 3;

}  // namespace

/// RPC PDUs behind RTS PDUs in one segment. They pass the sender's accounts, so that it sends no
/// payload afterwards.
bool Walk::burst(Move const& move, Side side) {
  auto& state = states_[move.vc];
  auto const up = side == Side::in;
  if (!is_open(move.vc) || (up ? state.up : state.down) != 0 ||
      (up ? state.up_closed : state.down_closed)) {
    return false;
  }
  (up ? state.up_closed : state.down_closed) = true;
  auto& burst = up ? timeline_.client_send(move.vc, "in") : timeline_.server_send(move.vc, "out");
  auto const set_rts = [&](scn::Send& send) {
    if (up) {
      send.set_pdu(move.choice % 2 == 0 ? "Ping" : "Keep-Alive");
    } else {
      send.set_pdu("FlowControlAckWithDestination");
      (*send.mutable_with())["Destination"] = "FDClient";
      (*send.mutable_with())["ChannelCookie"] = kForeignCookie;
    }
  };
  set_rts(burst);
  for (unsigned call = kFirstCall; call < kFirstCall + kCalls; ++call) {
    auto const is_last = call + 1 == kFirstCall + kCalls;
    burst.add_then()->set_hex(is_last ? verified_pdu(up, call) : small_pdu(up, call));
    if (call == kFirstCall) {
      set_rts(*burst.add_then());
    }
  }
  for (unsigned call = kFirstCall; call < kFirstCall + kCalls; ++call) {
    auto& pdu = timeline_.await_pdu(move.vc, receiver_of(side), up ? "request" : "response",
                                    {"FIELD-F23", "RPCH-1.3.4-01"});
    (*pdu.mutable_where())["call_id"] = std::to_string(call);
  }
  return true;
}

bool Walk::pings(Move const& move) {
  if (!is_open(move.vc)) {
    return false;
  }
  auto& send = timeline_.client_send(move.vc, "in");
  send.set_pdu(move.choice % 2 == 0 ? "Ping" : "Keep-Alive");
  send.set_count(static_cast<std::uint32_t>(std::clamp<std::uint64_t>(move.bytes, 1, 1000)));
  await_open(move.vc, {"FIELD-F34"});
  return true;
}

bool Walk::routed_up(Move const& move) {
  if (!is_open(move.vc) || states_[move.vc].down_closed) {
    return false;
  }
  (void)timeline_.step(move.vc).mutable_client_ack();
  timeline_.await_pdu(move.vc, "server.in", "FlowControlAckWithDestination", {"RPCH-3.2.1.5.2-04"});
  return true;
}

bool Walk::routed_down(Move const& move) {
  if (!is_open(move.vc)) {
    return false;
  }
  auto const count = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(move.bytes, 1, 200));
  auto& send = timeline_.server_send(move.vc, "out");
  send.set_pdu("FlowControlAckWithDestination");
  (*send.mutable_with())["Destination"] = "FDClient";
  (*send.mutable_with())["ChannelCookie"] = kForeignCookie;
  send.set_count(count);
  auto& pdu = timeline_.await_pdu(move.vc, "client.out", "FlowControlAckWithDestination",
                                  {"RPCH-3.2.1.5.2-05"});
  (*pdu.mutable_where())["ChannelCookie"] = kForeignCookie;
  pdu.set_at_least(count);
  return true;
}

bool Walk::echo(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known) {
    return false;
  }
  state.known = true;
  auto const in = move.side == Side::in;
  auto& echo = *timeline_.step(move.vc).mutable_client_echo();
  echo.set_method(in ? "RPC_IN_DATA" : "RPC_OUT_DATA");
  echo.set_content_length(move.choice % (kMostEchoBody + 1));
  auto const client = "client." + name_of(move.side);
  auto const answer = [&](By by) {
    auto& response = *timeline_.await(move.vc, client, by).mutable_response();
    response.add_status("200");
    response.set_body_hex(kEchoPdu);
  };
  if (in) {
    answer({"RPCH-2.1.2.1.6-03", "RPCH-2.1.2.1.6-05", "RPCH-2.1.2.1.6-07", "RPCH-3.2.3.5.9-02",
            "FIELD-F04"});
  } else {
    answer({"RPCH-2.1.2.1.6-03", "RPCH-2.1.2.1.6-05", "RPCH-2.1.2.1.6-07", "RPCH-3.2.4.5.13-02",
            "FIELD-F04", "RPCH-2.1.2.1.5-04"});
  }
  if (move.choice > kMostEchoBody) {
    await_connection_kept(move);
  }
  return true;
}

/// Its body is not taken for the next request. The proxy may close only where it says so.
void Walk::await_connection_kept(Move const& move) {
  std::string const subject = move.side == Side::in ? "client.in" : "client.out";
  auto& either = timeline_.await(move.vc, {}, {"RPCH-2.1.2.1-02", "RPCH-2.1.2.1.5-07"});
  Timeline::add_other(either, subject).mutable_stays_open()->mutable_for_()->set_nanos(kSilence);
  auto& answer = *Timeline::add_other(either, subject).mutable_response();
  answer.add_status("200");
  auto& header = *answer.add_headers();
  header.set_name("Connection");
  header.set_value("close");
}

bool Walk::idle(Move const& move) {
  auto const any = std::any_of(states_.begin(), states_.end(),
                               [](auto const& each) { return each.second.open; });
  if (!any) {
    return false;
  }
  timeline_.pause(static_cast<std::uint32_t>(move.bytes));
  for (auto const& [vc, state] : states_) {
    if (!state.open) {
      continue;
    }
    await_open(vc, {"PROD-Idle-01", "FIELD-F27"});
  }
  return true;
}

void Walk::await_open(std::uint32_t vc, By by) {
  for (auto const* leg : {"client.in", "client.out"}) {
    timeline_.await(vc, leg, by).mutable_stays_open()->mutable_for_()->set_nanos(20'000'000);
  }
}

}  // namespace rpchspec::explore
