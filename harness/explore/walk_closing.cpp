// Moves that end a channel.

#include <algorithm>

#include "harness/explore/walk.hpp"

namespace rpchspec::explore {

namespace scn = scenario::v1;

By end_of(Side side, Whose peer) {
  static constexpr auto kClientIn = {"RPCH-3.2.3.5.10-02"};
  static constexpr auto kClientOut = {"RPCH-3.2.4.5.14-02"};
  static constexpr auto kServerIn = {"RPCH-3.2.3.5.10-05"};
  static constexpr auto kServerOut = {"RPCH-3.2.4.5.14-04"};
  if (peer == Whose::client) {
    return side == Side::in ? kClientIn : kClientOut;
  }
  return side == Side::in ? kServerIn : kServerOut;
}

bool Walk::client_close(Move const& move) {
  if (!is_open(move.vc)) {
    return false;
  }
  states_[move.vc].open = false;
  // What a half-closed OUT request means is left open.
  auto const half = move.cause == scn::HALF_CLOSE;
  auto const side = half ? Side::in : move.side;
  auto& close = *timeline_.step(move.vc).mutable_client_close();
  close.set_channel(name_of(side));
  close.set_cause(move.cause);
  timeline_.await_end(move.vc, "server." + name_of(side), end_of(side, Whose::client));
  timeline_.await_end(move.vc, "client." + name_of(half ? side : other(side)),
                      half ? end_of(side, Whose::client) : By{"FIELD-F46"});
  return true;
}

bool Walk::server_close(Move const& move) {
  if (!is_open(move.vc)) {
    return false;
  }
  states_[move.vc].open = false;
  auto& close = *timeline_.step(move.vc).mutable_server_close();
  close.set_leg(name_of(move.side));
  close.set_cause(move.cause == scn::TCP_RST ? move.cause : scn::TCP_FIN);
  auto const leg = "client." + name_of(move.side);
  if (move.cause == scn::TCP_RST) {  // an error is processed as a close is
    timeline_.await_end(move.vc, leg,
                        {move.side == Side::in ? "RPCH-3.2.3.5.10-01" : "RPCH-3.2.4.5.14-01"});
  }
  timeline_.await_end(move.vc, leg, end_of(move.side, Whose::server));
  return true;
}

/// What the receiver's window admits must arrive before the end does. It is known to admit what it
/// did at first, as long as less than that was ever sent.
bool Walk::last_words(Move const& move, Side side) {
  auto& state = states_[move.vc];
  auto const before = side == Side::in ? state.up : state.down;
  // The words are still under way when the end comes.
  auto const slowly = move.choice % 2 == 1;
  Move words = move;
  words.choice = 0;
  words.pdu_size = kSmallPdu;
  if (side == Side::in) {
    // The proxy's acknowledgements cross the server, which does not read: its window must do.
    words.bytes = std::min(words.bytes, kLeastWindow / 2 - 2 * kSmallPdu);
  } else {
    // Only what is more than systems keep for a reader that has stopped can be lost.
    auto const whole = window(move.vc, side);
    auto const most = whole - std::min(whole, before + 2 * kSmallPdu);
    words.bytes = slowly ? most : std::min(words.bytes, most);
  }
  auto const sent = payload(words, side);
  auto const b3_came = side == Side::out || state.up > 0;
  if (!may_transfer(move.vc, side) || acks_by_hand(side) || !b3_came ||
      before + sent.bytes + sent.pdu_size > sent.window) {
    return false;
  }
  state.open = false;
  if (slowly) {
    read_on(move.vc, side, true);
  }
  send(words, side, sent).set_no_wait(false);  // what its sender still holds back is lost with it
  auto& step = timeline_.step(move.vc);
  if (side == Side::in) {
    step.mutable_client_close()->set_channel("in");
  } else {
    step.mutable_server_close()->set_leg("out");
  }
  if (slowly) {
    timeline_.pause(200);
    read_on(move.vc, side, false);
  }
  auto const subject = receiver_of(side);
  timeline_.await_data(move.vc, subject, sent.bytes, {"RPCH-1.3.4-01"});
  timeline_.await_end(move.vc, subject,
                      end_of(side, side == Side::in ? Whose::client : Whose::server));
  return true;
}

bool Walk::half_pdu(Move const& move) {
  if (!is_open(move.vc)) {
    return false;
  }
  states_[move.vc].open = false;
  // 16 bytes of a request of 64
  timeline_.client_send(move.vc, "in").set_hex("05000003100000004000000001000000");
  auto& close = *timeline_.step(move.vc).mutable_client_close();
  close.set_channel("in");
  close.set_cause(move.cause == scn::TCP_RST ? move.cause : scn::TCP_FIN);
  timeline_.await_end(move.vc, "server.in", end_of(Side::in, Whose::client));
  return true;
}

}  // namespace rpchspec::explore
