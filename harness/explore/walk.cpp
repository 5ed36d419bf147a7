#include "harness/explore/walk.hpp"

#include <algorithm>
#include <limits>

namespace rpchspec::explore {

namespace scn = scenario::v1;

namespace {

constexpr std::uint64_t kDefaultWindow = 65536;

}  // namespace

Walk::Walk(scn::Scenario& scenario) : scenario_(scenario), timeline_(scenario) {}

bool Walk::make(std::size_t index, Move const& move) {
  timeline_.begin_move(index);
  under_way_ = under_way_ || move.kind != Kind::open;
  switch (move.kind) {
    case Kind::open:
      return open(move);
    case Kind::up:
      return transfer(move, Side::in);
    case Kind::down:
      return transfer(move, Side::out);
    case Kind::both:
      return both(move);
    case Kind::crowd:
      return crowd(move);
    case Kind::stall_up:
      return stall(move, Side::in);
    case Kind::stall_down:
      return stall(move, Side::out);
    case Kind::burst_up:
      return burst(move, Side::in);
    case Kind::burst_down:
      return burst(move, Side::out);
    case Kind::pings:
      return pings(move);
    case Kind::routed_up:
      return routed_up(move);
    case Kind::routed_down:
      return routed_down(move);
    case Kind::echo:
      return echo(move);
    case Kind::odd_timeout:
      return odd_timeout(move);
    case Kind::refused:
      return refused(move);
    case Kind::idle:
      return idle(move);
    case Kind::client_close:
      return client_close(move);
    case Kind::server_close:
      return server_close(move);
    case Kind::last_words_up:
      return last_words(move, Side::in);
    case Kind::last_words_down:
      return last_words(move, Side::out);
    case Kind::half_pdu:
      return half_pdu(move);
    case Kind::early_close:
      return early_close(move);
    case Kind::client_error:
      return client_error(move);
    case Kind::server_error:
      return server_error(move);
    case Kind::bad_first_pdu:
      return bad_first_pdu(move);
    case Kind::stray_ack:
      return stray_ack(move);
    case Kind::lying_ack:
      return lying_ack(move);
    case Kind::lifetime_overrun:
      return scenario_.proxy().channel_lifetime() != 0 ? lifetime_overrun(move)
                                                       : length_overrun(move);
    case Kind::recycle:
      return recycle(move);
    case Kind::recycle_both:
      return recycle_both(move);
    case Kind::recycle_filled:
      return recycle_filled(move);
    case Kind::recycle_held:
      return recycle_held(move);
    case Kind::false_successor:
      return false_successor(move);
    case Kind::lone_successor:
      return lone_successor(move);
    case Kind::early_successor:
      return early_successor(move);
  }
  return false;
}

bool Walk::is_open(std::uint32_t vc) const {
  auto const at = states_.find(vc);
  return at != states_.end() && at->second.open;
}

bool Walk::holds(std::string const& pdu) const {
  auto const& hold = scenario_.server().hold();
  return std::find(hold.begin(), hold.end(), pdu) != hold.end();
}

bool Walk::may_transfer(std::uint32_t vc, Side side) const {
  auto const at = states_.find(vc);
  return at != states_.end() && at->second.open &&
         !(side == Side::in ? at->second.up_closed : at->second.down_closed) &&
         room(vc, side) > kLeastPdu;
}

bool Walk::acks_by_hand(Side side) const {
  return side == Side::in ? scenario_.server().ack_policy() == "never"
                          : scenario_.client().no_ack();
}

/// Bytes that may still be sent. What does not replace its channels must not use one up.
std::uint64_t Walk::room(std::uint32_t vc, Side side) const {
  constexpr std::uint64_t kBeside = 8;  // of a lifetime one part is for what is no payload
  auto const& client = scenario_.client();
  auto const lifetime =
      side == Side::in ? client.in_content_length() : scenario_.proxy().channel_lifetime();
  auto const replaced =
      side == Side::in ? client.recycle_in_at() : scenario_.server().recycle_out_at();
  auto const& state = states_.at(vc);
  auto const carried = side == Side::in ? state.up : state.down;
  if (lifetime == 0 || replaced != 0) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  auto const most = lifetime - lifetime / kBeside;
  return most - std::min(most, carried);
}

/// Of the receiver: the server's for up, the client's for down.
std::uint64_t Walk::window(std::uint32_t vc, Side side) const {
  if (auto const at = states_.find(vc);
      side == Side::out && at != states_.end() && at->second.down_window != 0) {
    return at->second.down_window;
  }
  auto const said =
      side == Side::in ? scenario_.server().receive_window() : scenario_.client().receive_window();
  return said == 0 ? kDefaultWindow : said;
}

}  // namespace rpchspec::explore
