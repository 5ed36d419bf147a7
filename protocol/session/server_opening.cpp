// How the server's legs begin, and what it answers once both are there (MS-RPCH 3.2.5.5.1 to
// 3.2.5.5.3).

#include <algorithm>

#include "protocol/session/server.hpp"

namespace rpchspec::session {
namespace {

constexpr std::string_view kSection = "MS-RPCH 3.2.5.5";

template <class To>
To cookie_as(RtsCookie const& from) {
  return To{from.bytes};
}

/// The n-th cookie command of a PDU whose form is known to have it.
RtsCookie nth_cookie(wire::RtsPdu const& pdu, std::size_t n) {
  for (auto const& command : pdu.commands) {
    if (auto const* cookie = std::get_if<wire::CookieCommand>(&command); cookie && n-- == 0) {
      return cookie->value;
    }
  }
  return {};
}

}  // namespace

Result<FirstPdu> first_pdu_of_leg(wire::PduView const& pdu) {
  if (!pdu.is_rts()) {
    return fail({ErrorCode::unexpected, 2, "PTYPE", kSection,
                 "a leg starts with CONN/A2 or CONN/B2, found an RPC PDU of type " +
                     std::to_string(pdu.ptype())});
  }
  auto const rts = wire::decode_rts(pdu.bytes);
  if (!rts) {
    return tl::unexpected(rts.error());
  }
  if (wire::has_form(*rts, wire::RtsPduKind::ConnA2)) {
    return FirstPdu{Channel::out, cookie_as<VirtualConnectionCookie>(nth_cookie(*rts, 0))};
  }
  if (wire::has_form(*rts, wire::RtsPduKind::ConnB2)) {
    return FirstPdu{Channel::in, cookie_as<VirtualConnectionCookie>(nth_cookie(*rts, 0))};
  }
  if (wire::has_form(*rts, wire::RtsPduKind::InR1A2)) {
    return FirstPdu{Channel::in, cookie_as<VirtualConnectionCookie>(nth_cookie(*rts, 0)),
                    Instance::successor};
  }
  if (wire::has_form(*rts, wire::RtsPduKind::OutR1A4)) {
    return FirstPdu{Channel::out, cookie_as<VirtualConnectionCookie>(nth_cookie(*rts, 0)),
                    Instance::successor};
  }
  return fail({ErrorCode::unexpected, 16, "Flags", kSection,
               "a leg starts with CONN/A2, CONN/B2, IN_R1/A2 or OUT_R1/A4, found another RTS PDU"});
}

Result<void> Server::on_first(Channel from, wire::RtsPdu const& pdu, TimePoint now) {
  auto const is_a2 = wire::has_form(pdu, wire::RtsPduKind::ConnA2);
  auto const is_b2 = wire::has_form(pdu, wire::RtsPduKind::ConnB2);
  if ((is_a2 && (from != Channel::out || have_out_)) ||
      (is_b2 && (from != Channel::in || have_in_)) || (!is_a2 && !is_b2)) {
    return fail({ErrorCode::unexpected, 16, "Flags", kSection,
                 "this RTS PDU is not expected from here in this state"});
  }
  peers_.virtual_connection_cookie = cookie_as<VirtualConnectionCookie>(nth_cookie(pdu, 0));
  auto const version = wire::find<wire::VersionCommand>(pdu)->value;
  auto const window = wire::find<wire::ReceiveWindowSizeCommand>(pdu)->value;
  if (is_a2) {
    have_out_ = true;
    peers_.out_version = version;
    peers_.out_channel_cookie = cookie_as<ChannelCookie>(nth_cookie(pdu, 1));
    peers_.out_channel_lifetime = wire::find<wire::ChannelLifetimeCommand>(pdu)->value;
    peers_.out_proxy_window = window;
    out_window_ = SendWindow(window);
  } else {
    have_in_ = true;
    peers_.in_version = version;
    peers_.in_channel_cookie = cookie_as<ChannelCookie>(nth_cookie(pdu, 1));
    peers_.in_proxy_window = window;
    peers_.in_proxy_timeout = wire::find<wire::ConnectionTimeoutCommand>(pdu)->value;
    peers_.association_group_id = wire::find<wire::AssociationGroupIdCommand>(pdu)->value;
    in_window_ = ReceiveWindow(config_.receive_window, config_.ack_policy);
  }
  if (!have_in_ || !have_out_) {
    setup_deadline_ = now + config_.connection_setup_timeout;
    return {};
  }
  setup_deadline_ = kNever;
  state_ = State::replying;
  if (config_.reply_delay > Duration::zero()) {
    reply_at_ = now + config_.reply_delay;
  } else {
    reply();
  }
  return {};
}

// 3.2.5.5.3: CONN/C1 to the outbound proxy and CONN/B3 to the inbound proxy.
void Server::reply() {
  reply_at_ = kNever;
  state_ = State::opened;
  auto const version = std::min({peers_.in_version, peers_.out_version, config_.version});
  send_unless_withheld(Channel::out, wire::RtsPduKind::ConnC1,
                       wire::conn_c1(version, peers_.in_proxy_window, peers_.in_proxy_timeout));
  send_unless_withheld(Channel::in, wire::RtsPduKind::ConnB3,
                       wire::conn_b3(config_.receive_window, version));
  events_.emplace_back(Opened{});
  drain_queue();
}

}  // namespace rpchspec::session
