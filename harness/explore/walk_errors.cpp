// Moves that no client and no server may make. A virtual connection that was played foul is not
// used again; the others must live on.

#include <algorithm>
#include <array>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

/// A PDU that must not come there, and whose requirement its end is.
struct Foul {
  char const* channel;
  char const* pdu;  // null: `hex`
  char const* hex;
  char const* by;
};

constexpr std::array kOfClient = {
    Foul{"in", "CONN/B1", nullptr, "RPCH-3.2.3.5.10-06"},
    Foul{"in", "IN_R1/A1", nullptr, "RPCH-3.2.3.5.10-06"},
    Foul{"in", "Echo", nullptr, "RPCH-3.2.3.5.9-01"},
    Foul{"in", "CONN/A1", nullptr, "RPCH-3.2.3.5-01"},
    Foul{"in", "CONN/B3", nullptr, "RPCH-3.2.3.5-01"},
    Foul{"in", "OUT_R2/B2", nullptr, "RPCH-3.2.3.5-01"},
    Foul{"in", nullptr, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "RPCH-3.2.3.5-02"},
};

constexpr std::array kOfServer = {
    Foul{"out", "CONN/C1", nullptr, "RPCH-3.2.4.5.14-05"},
    Foul{"out", "OUT_R2/B2", nullptr, "RPCH-3.2.4.5.14-05"},
    Foul{"in", "CONN/B3", nullptr, "RPCH-3.2.3.5.10-06"},
    Foul{"in", "IN_R1/B2", nullptr, "RPCH-3.2.3.5.10-06"},
    Foul{"in", nullptr, "0500020310000000180000000b0000000000000000000000", "RPCH-3.2.3.5.2-02"},
    Foul{"out", "CONN/B3", nullptr, "RPCH-3.2.4.5-01"},
    Foul{"out", "CONN/A1", nullptr, "RPCH-3.2.4.5-01"},
};

constexpr std::uint32_t kSizeOfConnA1 = 76;       // the whole body of an OUT request (2.1.2.1.2)
constexpr std::uint64_t kMostLength = 1'000'000;  // of an IN channel that is filled
constexpr char const* kTooMuch =                  // co_cancel, 32 bytes
    "0500120310000000200000000800000000000000000000000000000000000000";

}  // namespace

bool Walk::client_error(Move const& move) {
  if (!is_open(move.vc) || scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  states_[move.vc].open = false;
  auto const& foul = kOfClient[move.choice % kOfClient.size()];
  auto& send = timeline_.client_send(move.vc, foul.channel);
  foul.pdu != nullptr ? send.set_pdu(foul.pdu) : send.set_hex(foul.hex);
  timeline_.await_end(move.vc, "client.in", {foul.by});
  timeline_.await_end(move.vc, "server.in", {foul.by});
  await_others_open();
  return true;
}

bool Walk::server_error(Move const& move) {
  if (!is_open(move.vc) || scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  states_[move.vc].open = false;
  auto const& foul = kOfServer[move.choice % kOfServer.size()];
  auto& send = timeline_.server_send(move.vc, foul.channel);
  foul.pdu != nullptr ? send.set_pdu(foul.pdu) : send.set_hex(foul.hex);
  timeline_.await_end(move.vc, std::string("client.") + foul.channel, {foul.by});
  timeline_.await_end(move.vc, std::string("server.") + foul.channel, {foul.by});
  await_others_open();
  return true;
}

/// What one did wrong ends its own virtual connection and no other.
void Walk::await_others_open() {
  for (auto const& [vc, state] : states_) {
    if (state.open) {
      await_open(vc, {"FIELD-F63"});
    }
  }
}

bool Walk::bad_first_pdu(Move const& move) {
  auto& state = states_[move.vc];
  if (state.known || scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  state.known = true;
  auto const in = move.side == Side::in;
  auto const channel = name_of(move.side);
  timeline_.client_request(move.vc, channel);
  auto& request = timeline_.client_send(move.vc, channel);
  request.set_bytes(kSizeOfConnA1);
  request.set_pdu_size(kSizeOfConnA1);
  timeline_.await_refused(move.vc, "client." + channel,
                          {in ? "RPCH-3.2.3.5-01" : "RPCH-3.2.4.5.2-02"});
  return true;
}

/// One that is not for this channel opens no window and harms nobody.
bool Walk::stray_ack(Move const& move) {
  auto const side = move.side;
  if (!may_transfer(move.vc, side) || !acks_by_hand(side)) {
    return false;
  }
  auto const sent = payload_of_lies(move.vc, side);
  auto const subject = receiver_of(side);
  auto& step = timeline_.step(move.vc);
  auto& stray = side == Side::in ? *step.mutable_server_ack() : *step.mutable_client_ack();
  stray.set_cookie(move.choice % 2 == 0 ? "wrong" : "virtual-connection");
  auto& nothing = timeline_.await(move.vc, subject, {"RPCH-3.2.1.5.1.2-01", "FIELD-F62"});
  nothing.clear_since();  // from now on
  nothing.mutable_receives_not()->set_pdu("rpc");
  nothing.mutable_receives_not()->mutable_for_()->set_nanos(kAWhile);
  ack(move.vc, side);
  timeline_.await_data(move.vc, subject, 2 * (sent.window - sent.pdu_size),
                       {"RPCH-3.2.1.5.1.2-02"});
  // The rest, and an empty window at the end.
  ack(move.vc, side);
  await_all_of(move.vc, side, sent);
  ack(move.vc, side);
  return true;
}

/// Three windows of small PDUs are sent, and one has arrived.
Walk::Payload Walk::payload_of_lies(std::uint32_t vc, Side side) {
  return fill_window(vc, side, 2 * (window(vc, side) - kSmallPdu));
}

/// A window of small PDUs and some more are sent; the window has arrived.
Walk::Payload Walk::fill_window(std::uint32_t vc, Side side, std::uint64_t more) {
  Move move;
  move.vc = vc;
  move.pdu_size = kSmallPdu;
  auto sent = payload(move, side);
  sent.bytes = sent.window - sent.pdu_size + more;
  send(move, side, sent);
  timeline_.await_data(vc, receiver_of(side), sent.window - sent.pdu_size, {"RPCH-3.2.1.4.1.3-01"});
  return sent;
}

/// One that cannot be true opens no window beyond what was promised; the proxy may end the channel.
bool Walk::lying_ack(Move const& move) {
  auto const side = move.side;
  if (!may_transfer(move.vc, side) || !acks_by_hand(side) ||
      scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  states_[move.vc].open = false;
  auto const sent = payload_of_lies(move.vc, side);
  auto const subject = receiver_of(side);
  auto& step = timeline_.step(move.vc);
  auto& lie = side == Side::in ? *step.mutable_server_ack() : *step.mutable_client_ack();
  switch (move.choice % 3) {
    case 0:
      lie.set_bytes_received("actual+4096");
      break;
    case 1:
      lie.set_available_window("window+4096");
      break;
    default:
      lie.set_bytes_received("0");
      lie.set_available_window("1000");
      break;
  }
  // What arrived before, at most a window, and a window beyond it.
  timeline_.pause(400);
  auto& bounded = timeline_.await(move.vc, subject, {"FIELD-F62"});
  bounded.mutable_data()->set_at_most(2 * sent.window);
  bounded.mutable_data()->mutable_for_()->set_nanos(10'000'000);
  return true;
}

/// What the OUT channel carries ends with its Content-Length, whatever the server sends.
bool Walk::lifetime_overrun(Move const& move) {
  auto const lifetime = scenario_.proxy().channel_lifetime();
  if (!may_transfer(move.vc, Side::out) || lifetime == 0 || acks_by_hand(Side::out) ||
      states_[move.vc].down != 0 || scenario_.server().conduct() != scn::PATIENT) {
    return false;
  }
  states_[move.vc].open = false;
  auto& send = timeline_.server_send(move.vc, "out");
  send.set_bytes(lifetime * 3 / 2);
  send.set_no_wait(true);
  timeline_.await_data(move.vc, "client.out", lifetime * 3 / 4,
                       {"RPCH-1.3.4-01", "RPCH-3.2.1.4.1.1-01"});
  timeline_.pause(500);
  auto& bounded = timeline_.await(move.vc, "client.out", {"RPCH-2.1.2.1.8-02"});
  bounded.mutable_data()->set_at_most(lifetime);
  bounded.mutable_data()->mutable_for_()->set_nanos(10'000'000);
  return true;
}

/// Behind the request's body the next request would begin: no PDU of this channel.
bool Walk::length_overrun(Move const& move) {
  constexpr std::uint64_t kConnB1 = 104;
  constexpr std::uint64_t kLeft = 24;  // bytes: less than the PDU that is too much
  auto const length = scenario_.client().in_content_length();
  auto const& state = states_[move.vc];
  if (!may_transfer(move.vc, Side::in) || length <= kConnB1 + kLeft || length > kMostLength ||
      acks_by_hand(Side::in) || state.up != 0 || scenario_.monitors_off_size() == 0 ||
      scenario_.client().conduct() != scn::PATIENT) {
    return false;
  }
  states_[move.vc].open = false;
  auto const bytes = length - kConnB1 - kLeft;
  auto& send = timeline_.client_send(move.vc, "in");
  send.set_bytes(bytes);
  send.set_no_wait(true);
  timeline_.await_data(move.vc, "server.in", bytes, {"RPCH-1.3.4-01", "RPCH-3.2.1.4.1.1-01"});
  timeline_.begin_part();
  timeline_.client_send(move.vc, "in").set_hex(kTooMuch);
  auto& nothing = *timeline_.expect(move.vc, "server.in", {"HTTP-9112-6.3-03", "RPCH-2.1.2.1-08"})
                       .mutable_receives_not();
  nothing.set_pdu("co_cancel");
  nothing.mutable_for_()->set_nanos(kAWhile);
  return true;
}

}  // namespace rpchspec::explore
