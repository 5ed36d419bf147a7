// Moves that open, or try to.

#include <iterator>

#include <fmt/format.h>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace {

constexpr int kAskedFor = 7321;  // seconds

bool has_later_version(Move const& move) {
  return (move.choice & 2) != 0;
}

bool asks_for_a_timeout(Move const& move) {
  return (move.choice & 4) != 0;
}

}  // namespace

bool Walk::open(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || (holds("CONN/C1") && holds("CONN/B3"))) {
    return false;
  }
  state.known = state.open = true;
  if (holds("CONN/C1") || move.split != 0 || has_later_version(move)) {
    open_by_hand(move);
    expect_own_timeout(move.vc);
  } else {
    auto& open = *timeline_.step(move.vc).mutable_client_open();
    if (move.choice % 2 == 1) {
      open.set_order("in-first");
    }
    if (asks_for_a_timeout(move) && scenario_.client().min_conn_timeout().empty()) {
      auto& pragma = *open.add_headers();
      pragma.set_name("Pragma");
      pragma.set_value(fmt::format("MinConnTimeout={}", kAskedFor));
      one_asked_ = true;
    } else {
      expect_own_timeout(move.vc);
    }
    timeline_.expect(move.vc, "client.out", {"RPCH-3.2.4.5.4-02"})
        .mutable_receives()
        ->set_pdu("CONN/C2");
  }
  if (!under_way_) {
    expect_opening(move);
  }
  if (holds("CONN/B3")) {
    until_b3(move);
  }
  return true;
}

/// What another virtual connection asked for is nobody else's.
void Walk::expect_own_timeout(std::uint32_t vc) {
  if (!one_asked_) {
    return;
  }
  auto& nothing = *timeline_.expect(vc, "client.out", {"RPCH-3.2.4.5.1-04", "HTTP-9110-3.3-01"})
                       .mutable_receives_not();
  nothing.set_pdu("CONN/A3");
  (*nothing.mutable_where())["ConnectionTimeout"] = fmt::format("{}000", kAskedFor);
  nothing.mutable_for_()->set_nanos(kSilence);
}

/// What each proxy does of its own when the first PDU is there, and where. Expected at the end, for
/// a client that is not let in gets no further: so only of what no other move may keep from coming.
void Walk::expect_opening(Move const& move) {
  auto const receives = [&](char const* leg, char const* pdu, By by) {
    timeline_.expect(move.vc, leg, by).mutable_receives()->set_pdu(pdu);
  };
  receives("server.in", "CONN/B2",
           {"RPCH-3.2.3.5.3-05", "RPCH-3-05", "RPCH-2.1.2.1.7-04", "FIELD-F16"});
  receives("server.out", "CONN/A2", {"RPCH-3.2.4.5.3-03", "RPCH-3-06"});
  receives("client.out", "CONN/A3", {"RPCH-3.2.4.5.3-05", "FIELD-F18"});
  auto const& client = scenario_.client();
  auto const& server = scenario_.server();
  if (move.vc ==
      1) {  // whose a connection is shows its first PDU; till then it counts as the first's
    timeline_.expect(move.vc, "server", {"RPCH-2.1.2.2-02"})
        .mutable_connected()
        ->set_service(client.server().empty() ? "store" : client.server());
  }
  if (move.split != 0) {
    receives("server.in", "CONN/B2", {"FIELD-F22"});
    receives("server.out", "CONN/A2", {"FIELD-F22"});
  }
  if (client.has_keepalive() && client.keepalive().seconds() == 0) {
    receives("server.in", "CONN/B2", {"RPCH-2.2.3.5.6-02", "FIELD-F35"});
  }
  if (server.legacy_response() == scenario::v1::Server::LEGACY_ABSENT) {
    receives("server.in", "CONN/B2", {"RPCH-3.2.3.5.12-02"});
    receives("client.out", "CONN/C2", {"RPCH-3.2.4.5.15-02"});
  } else if (server.legacy_response() == scenario::v1::Server::LEGACY_SPLIT) {
    receives("server.in", "CONN/B2", {"RPCH-3.2.3.5.12-01"});
    receives("client.out", "CONN/C2", {"RPCH-3.2.4.5.15-01"});
  }
}

void Walk::open_by_hand(Move const& move) {
  for (int i = 0; i < 2; ++i) {
    auto const side = (move.choice % 2 == 1) == (i == 0) ? Side::in : Side::out;
    timeline_.client_request(move.vc, name_of(side));
    auto& first = timeline_.client_pdu(move.vc, name_of(side),
                                       side == Side::in ? "CONN/B1" : "CONN/A1", move.split);
    if (has_later_version(move)) {
      (*first.mutable_with())["Version"] = "2";
    }
  }
  if (holds("CONN/C1")) {
    timeline_.await_pdu(move.vc, "server.out", "CONN/A2", {"RPCH-3.2.4.5.3-03", "FIELD-F22"});
    timeline_.await_pdu(move.vc, "server.in", "CONN/B2", {"RPCH-3.2.3.5.3-05", "FIELD-F22"});
    timeline_.await_pdu(move.vc, "client.out", "CONN/A3", {"RPCH-3.2.4.5.3-05"});
    timeline_.server_send(move.vc, "out").set_pdu("CONN/C1");
  }
  timeline_.await_pdu(move.vc, "client.out", "CONN/C2", {"RPCH-3.2.4.5.4-02", "FIELD-F22"});
}

/// What the client sends now waits in the proxy.
void Walk::until_b3(Move const& move) {
  constexpr std::uint64_t kEarly = 3000;
  auto& send = timeline_.client_send(move.vc, "in");
  send.set_bytes(kEarly);
  send.set_pdu_size(kSmallPdu);
  timeline_.await_silence(move.vc, "server.in", "rpc", {"RPCH-3.2.3.5.3-07"});
  timeline_.server_send(move.vc, "in").set_pdu("CONN/B3");
  timeline_.await_data(move.vc, "server.in", kEarly,
                       {"RPCH-3.2.3.5.4-02", "RPCH-3.2.1.1.4-03", "RPCH-1.3.4-01"});
  states_[move.vc].up += kEarly;
}

/// It does no harm: the channel has a lawful timeout, or it is refused.
bool Walk::odd_timeout(Move const& move) {
  static constexpr char const* kValues[] = {"0", "119", "14401", "99999999999", "soon"};
  auto& state = states_[move.vc];
  if (state.known || !scenario_.client().min_conn_timeout().empty() ||
      scenario_.client().conduct() != scenario::v1::PATIENT) {
    return false;
  }
  state.known = true;
  auto& pragma = *timeline_.client_request(move.vc, "out").add_headers();
  pragma.set_name("Pragma");
  pragma.set_value(std::string("MinConnTimeout=") + kValues[move.choice % std::size(kValues)]);
  timeline_.client_pdu(move.vc, "out", "CONN/A1");
  auto& either = timeline_.await(move.vc, {}, {"PROD-MinConnTimeout-03"});
  auto& lawful = *Timeline::add_other(either, "client.out").mutable_receives();
  lawful.set_pdu("CONN/A3");
  (*lawful.mutable_where())["ConnectionTimeout"] = "30000..14400000";
  Timeline::add_error(either, "client.out");
  return true;
}

bool Walk::refused(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || scenario_.server().closed_ports_size() == 0) {
    return false;
  }
  state.known = true;
  auto const in = move.side == Side::in;
  auto const channel = name_of(move.side);
  timeline_.client_request(move.vc, channel, "$server_name:$" + scenario_.server().closed_ports(0));
  timeline_.client_pdu(move.vc, channel, in ? "CONN/B1" : "CONN/A1", move.split);
  if (!in) {
    auto& no_success = timeline_.await(move.vc, {}, {"RPCH-3.2.4.5.3-04"});
    Timeline::add_error(no_success, "client.out");
    Timeline::add_other(no_success, "client.out")
        .mutable_no_response()
        ->mutable_for_()
        ->set_seconds(3);
  }
  auto& told = timeline_.await(move.vc, {},
                               {"RPCH-2.1.2.1.3-09", "RPCH-2.1.2.1.3-03", "RPCH-2.1.2.1.3-04",
                                "RPCH-2.1.2.1.3-05", "HTTP-9110-15-01"});
  auto& answer = *Timeline::add_other(told, "client." + channel).mutable_response();
  answer.add_status("503");
  answer.set_rpc_error("*");
  // The number is a SHOULD; that no other answer takes its place is not.
  Timeline::add_other(told, "client." + channel)
      .mutable_no_response()
      ->mutable_for_()
      ->set_seconds(3);
  return true;
}

bool Walk::early_close(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || !holds("CONN/C1") || !holds("CONN/B3")) {
    return false;
  }
  state.known = true;
  timeline_.client_request(move.vc, "out");
  timeline_.client_pdu(move.vc, "out", "CONN/A1", move.split);
  timeline_.client_request(move.vc, "in");
  timeline_.client_pdu(move.vc, "in", "CONN/B1", move.split);
  timeline_.await_pdu(move.vc, "server.out", "CONN/A2", {"RPCH-3.2.4.5.3-03", "FIELD-F22"});
  timeline_.await_pdu(move.vc, "server.in", "CONN/B2", {"RPCH-3.2.3.5.3-05", "FIELD-F22"});
  auto const channel = name_of(move.side);
  auto const by_server = move.choice % 2 == 1;
  auto& step = timeline_.step(move.vc);
  auto& close = by_server ? *step.mutable_server_close() : *step.mutable_client_close();
  by_server ? close.set_leg(channel) : close.set_channel(channel);
  close.set_cause(move.cause == scenario::v1::TCP_RST ? move.cause : scenario::v1::TCP_FIN);
  timeline_.await_end(move.vc, (by_server ? "client." : "server.") + channel,
                      end_of(move.side, by_server ? Whose::server : Whose::client));
  return true;
}

}  // namespace rpchspec::explore
