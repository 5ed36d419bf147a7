// The server's part in channel recycling (MS-RPCH 3.2.5.5.5 to 3.2.5.5.12, 3.2.5.5.15).

#include <algorithm>

#include "protocol/session/server.hpp"

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.5.5";

/// Of a channel's lifetime, kept for what must still go out on it: A5, A9 or B1, what IN_R* has to
/// say, pings that we were not told of (fn 50: 1031 bytes). RPC PDUs leave some for RTS PDUs of
/// others, too.
constexpr std::uint64_t kReserve = 1536;     // bytes
constexpr std::uint64_t kRpcReserve = 3072;  // bytes

constexpr std::size_t kMostWaiting = 4096;  // PDUs

Error not_now(std::string detail) {
  return {ErrorCode::unexpected, 16, "Flags", kSection, std::move(detail)};
}

RtsCookie cookie_of(wire::RtsPdu const& pdu, std::size_t index) {
  return std::get<wire::CookieCommand>(pdu.commands[index]).value;
}

}  // namespace

std::uint64_t Server::out_lifetime_left() const {
  auto const lifetime = std::uint64_t{peers_.out_channel_lifetime.value};
  return lifetime - std::min(lifetime, out_sent_);
}

bool Server::fits_lifetime(std::size_t rpc_pdu) const {
  return !config_.recycle_out_at || out_lifetime_left() >= rpc_pdu + kRpcReserve;
}

bool Server::fits_reserve(std::size_t rts_pdu) const {
  return !config_.recycle_out_at || out_lifetime_left() >= rts_pdu + kReserve;
}

/// For the client or the outbound proxy. Acknowledgements of an upload may come in any number while
/// OUT is recycled: what the present channel can't carry any more goes on its successor.
Result<void> Server::pass_on_out(wire::ForwardDestination to, ByteView bytes) {
  if (to != wire::ForwardDestination::FDClient || fits_reserve(bytes.size())) {
    send(Channel::out, Bytes(bytes.begin(), bytes.end()));
  } else if (for_out_successor_.size() < kMostWaiting) {
    for_out_successor_.emplace_back(bytes.begin(), bytes.end());
  } else {
    return fail({ErrorCode::too_large, 0, "ChannelLifetime", "MS-RPCH 2.1.2.1.8",
                 "too many RTS PDUs for the client wait for a successor of OUT"});
  }
  recycle_when_due();
  return {};
}

void Server::recycle_when_due() {
  auto const due =
      config_.recycle_out_at && (out_lifetime_left() <= *config_.recycle_out_at ||
                                 (!queue_.empty() && !fits_lifetime(queue_.front().size())));
  if (due && state_ == State::opened && out_state_ == OutState::opened) {
    (void)start_out_recycling();
  }
}

Result<void> Server::start_out_recycling() {
  if (state_ != State::opened || out_state_ != OutState::opened) {
    return fail(not_now("OUT is not in the opened state"));
  }
  out_state_ = OutState::opened_a4w;
  send_unless_withheld(Channel::out, wire::RtsPduKind::OutR2A1,
                       wire::make(wire::RtsPduKind::OutR2A1));
  return {};
}

Result<void> Server::compare(RtsCookie const& found,
                             ChannelCookie const& expected,
                             char const* section) {
  if (found.bytes == expected.bytes) {
    return {};
  }
  return fail({ErrorCode::bad_value, 0, "Cookie", section, "it names another channel"});
}

/// A leg of another proxy, which says in its first PDU whose successor it is.
Result<void> Server::on_successor(Channel from, wire::PduView const& pdu) {
  if (!pdu.is_rts()) {
    return fail({ErrorCode::unexpected, 2, "PTYPE", kSection,
                 "an RPC PDU came on a successor before its time"});
  }
  auto const rts = wire::decode_rts(pdu.bytes);
  if (!rts) {
    return tl::unexpected(rts.error());
  }
  if (wire::find<wire::DestinationCommand>(*rts) != nullptr) {  // it passes a plugged channel
    return from == Channel::in ? on_routed_by_in_successor(*rts, pdu.bytes)
                               : on_routed(from, *rts, pdu.bytes);
  }
  if (from == Channel::in && wire::has_form(*rts, wire::RtsPduKind::InR1A2)) {
    return on_in_r1_a2(*rts);
  }
  if (from == Channel::out && wire::has_form(*rts, wire::RtsPduKind::OutR1A4)) {
    return on_out_r1_a4(*rts);
  }
  return fail(not_now("this RTS PDU is not expected on a successor"));
}

/// The client's acknowledgements come by two proxies now, and must not change places: those of the
/// predecessor are all there when IN_R1/A6 is.
Result<void> Server::on_routed_by_in_successor(wire::RtsPdu const& pdu, ByteView bytes) {
  if (in_state_ != InState::opened_a6w) {
    return on_routed(Channel::in, pdu, bytes);
  }
  if (behind_a6_.size() >= kMostWaiting) {
    return fail({ErrorCode::too_large, 0, "RTS", kSection,
                 "too many RTS PDUs came on the successor of IN before IN_R1/A6"});
  }
  behind_a6_.emplace_back(bytes.begin(), bytes.end());
  return {};
}

Result<void> Server::on_in_r1_a2(wire::RtsPdu const& pdu) {
  if (state_ != State::opened || in_state_ != InState::opened) {
    return fail(not_now("IN_R1/A2 while IN is not in the opened state"));
  }
  if (auto same = compare(cookie_of(pdu, 2), peers_.in_channel_cookie, "MS-RPCH 3.2.5.5.5");
      !same) {
    return same;
  }
  in_successor_.cookie = {cookie_of(pdu, 3).bytes};
  in_successor_.window = wire::find<wire::ReceiveWindowSizeCommand>(pdu)->value;
  in_successor_.timeout = wire::find<wire::ConnectionTimeoutCommand>(pdu)->value;
  peers_.in_version = wire::find<wire::VersionCommand>(pdu)->value;
  in_state_ = InState::opened_a6w;
  auto a3 = wire::make(wire::RtsPduKind::InR1A3);
  auto const version = std::min({peers_.in_version, peers_.out_version, config_.version});
  a3.commands[1] = wire::VersionCommand{version};
  a3.commands[2] = wire::ReceiveWindowSizeCommand{in_successor_.window};
  a3.commands[3] = wire::ConnectionTimeoutCommand{in_successor_.timeout};
  send_unless_withheld(Channel::out, wire::RtsPduKind::InR1A3, a3);
  return {};
}

Result<void> Server::on_recycling(Channel from, wire::RtsPdu const& pdu) {
  if (from == Channel::in && wire::has_form(pdu, wire::RtsPduKind::InR1A6)) {
    return on_in_cookie(pdu);
  }
  if (from == Channel::in && wire::has_form(pdu, wire::RtsPduKind::InR1B1)) {
    return on_in_r1_b1();
  }
  if (from == Channel::out && wire::has_form(pdu, wire::RtsPduKind::OutR2A4)) {
    return on_out_r2_a4(pdu);
  }
  return fail(not_now("this RTS PDU is not expected from here in this state"));
}

/// A lone cookie on IN: IN_R2/A2 in opened, IN_R1/A6 when a successor waits (AMB-24).
Result<void> Server::on_in_cookie(wire::RtsPdu const& pdu) {
  switch (in_state_) {
    case InState::opened:
      peers_.in_channel_cookie = {cookie_of(pdu, 0).bytes};
      ++in_recycled_;
      send_unless_withheld(Channel::out, wire::RtsPduKind::InR2A3,
                           wire::make(wire::RtsPduKind::InR2A3));
      return {};
    case InState::opened_a6w:
      return on_in_r1_a6(cookie_of(pdu, 0));
    case InState::opened_b1w:
      break;
  }
  return fail(not_now("IN_R1/A6 a second time"));
}

Result<void> Server::on_in_r1_a6(RtsCookie const& successor) {
  in_state_ = InState::opened_b1w;
  if (auto same = compare(successor, in_successor_.cookie, "MS-RPCH 3.2.5.5.6"); !same) {
    return same;
  }
  for (auto const& bytes : std::exchange(behind_a6_, {})) {
    auto const rts = wire::decode_rts(bytes);
    auto routed = rts ? on_routed(Channel::in, *rts, bytes) : tl::unexpected(rts.error());
    if (!routed) {
      return routed;
    }
  }
  return {};
}

Result<void> Server::on_in_r1_b1() {
  if (in_state_ != InState::opened_b1w) {
    return fail(not_now("IN_R1/B1 before IN_R1/A6"));
  }
  in_state_ = InState::opened;
  ++in_recycled_;
  peers_.in_channel_cookie = in_successor_.cookie;
  peers_.in_proxy_window = in_successor_.window;
  peers_.in_proxy_timeout = in_successor_.timeout;
  in_window_ = ReceiveWindow(config_.receive_window, config_.ack_policy);
  events_.emplace_back(Switch{Channel::in});
  auto b2 = wire::make(wire::RtsPduKind::InR1B2);
  b2.commands[0] = wire::ReceiveWindowSizeCommand{config_.receive_window};
  send_unless_withheld(Channel::in, wire::RtsPduKind::InR1B2, b2);
  return {};
}

Result<void> Server::on_out_r1_a4(wire::RtsPdu const& pdu) {
  if (state_ != State::opened || out_state_ != OutState::opened_a4w) {
    return fail(not_now("OUT_R1/A4 without OUT_R1/A1"));
  }
  if (auto same = compare(cookie_of(pdu, 2), peers_.out_channel_cookie, "MS-RPCH 3.2.5.5.9");
      !same) {
    return same;
  }
  out_successor_.cookie = {cookie_of(pdu, 3).bytes};
  out_successor_.lifetime = wire::find<wire::ChannelLifetimeCommand>(pdu)->value;
  out_successor_.window = wire::find<wire::ReceiveWindowSizeCommand>(pdu)->value;
  out_successor_.timeout = wire::find<wire::ConnectionTimeoutCommand>(pdu)->value;
  peers_.out_version = wire::find<wire::VersionCommand>(pdu)->value;
  out_state_ = OutState::opened_a8w;
  auto a5 = wire::make(wire::RtsPduKind::OutR1A5);
  auto const version = std::min({peers_.in_version, peers_.out_version, config_.version});
  a5.commands[1] = wire::VersionCommand{version};
  a5.commands[2] = wire::ConnectionTimeoutCommand{out_successor_.timeout};
  send_unless_withheld(Channel::out, wire::RtsPduKind::OutR1A5, a5);
  return {};
}

Result<void> Server::on_out_r2_a4(wire::RtsPdu const& pdu) {
  if (out_state_ != OutState::opened_a4w) {
    return fail(not_now("OUT_R2/A4 without OUT_R2/A1"));
  }
  out_successor_.cookie = {cookie_of(pdu, 0).bytes};
  out_state_ = OutState::opened_r2a8w;
  send_unless_withheld(Channel::out, wire::RtsPduKind::OutR2A5,
                       wire::make(wire::RtsPduKind::OutR2A5));
  return {};
}

/// What the client says of its successor, through the inbound proxy. Outside a recycling it is
/// nothing that the server waits for.
Result<void> Server::on_a8(wire::RtsPdu const& pdu) {
  auto const* cookie = wire::find<wire::CookieCommand>(pdu);
  auto const waits = out_state_ == OutState::opened_a8w || out_state_ == OutState::opened_r2a8w;
  if (!waits || cookie == nullptr) {
    return {};
  }
  if (auto same = compare(cookie->value, out_successor_.cookie, "MS-RPCH 3.2.5.5.12"); !same) {
    if (out_state_ == OutState::opened_r2a8w) {
      send_unless_withheld(Channel::out, wire::RtsPduKind::OutR2B2,
                           wire::make(wire::RtsPduKind::OutR2B2));
    }
    return same;
  }
  out_state_ =
      out_state_ == OutState::opened_r2a8w ? OutState::r2_confirmed : OutState::r1_confirmed;
  switch_out();
  return {};
}

/// Says so to the outbound proxy (OUT_R1/A9, OUT_R2/B1), and goes over to the successor with it.
void Server::switch_out() {
  auto const is_r2 = out_state_ == OutState::r2_confirmed;
  auto const kind = is_r2 ? wire::RtsPduKind::OutR2B1 : wire::RtsPduKind::OutR1A9;
  if ((!is_r2 && out_state_ != OutState::r1_confirmed) || config_.withheld.contains(kind)) {
    return;
  }
  send(Channel::out, wire::encode(wire::make(kind)));
  if (is_r2) {
    still_known_out_ = peers_.out_channel_cookie;
    out_window_.begin_successor();
  } else {
    events_.emplace_back(Switch{Channel::out});
    still_known_out_.reset();
    former_out_ = peers_.out_channel_cookie;
    peers_.out_channel_lifetime = out_successor_.lifetime;
    peers_.out_proxy_window = out_successor_.window;
    out_window_ = SendWindow(out_successor_.window);
  }
  out_state_ = OutState::opened;
  peers_.out_channel_cookie = out_successor_.cookie;
  out_sent_ = 0;
  ++out_recycled_;
  for (auto& waiting : std::exchange(for_out_successor_, {})) {
    send(Channel::out, std::move(waiting));
  }
  drain_queue();
}

}  // namespace rpchspec::session
