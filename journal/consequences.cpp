#include "journal/consequences.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "protocol/base/bytes.hpp"

namespace rpchspec::journal {
namespace {

/// What a proxy makes of what, on that leg. Those that it passes on are the same bytes.
struct Made {
  std::string_view cause;
  std::string_view effect;
  v1::Leg leg;
};

constexpr std::array kMade{
    Made{"CONN/A1", "CONN/A2", v1::OUT},     Made{"CONN/B1", "CONN/B2", v1::IN},
    Made{"CONN/C1", "CONN/C2", v1::OUT},     Made{"IN_R1/A1", "IN_R1/A2", v1::IN},
    Made{"IN_R2/A1", "IN_R2/A2", v1::IN},    Made{"OUT_R1/A3", "OUT_R1/A4", v1::OUT},
    Made{"OUT_R2/A3", "OUT_R2/A4", v1::OUT}, Made{"OUT_R2/A7", "OUT_R2/A8", v1::IN},
    Made{"OUT_R2/B1", "OUT_R2/B3", v1::OUT}};

constexpr std::size_t kMostThreads = std::size_t{1} << 16;

bool goes_by(v1::Pdu const& pdu, std::string_view name) {
  return std::find(pdu.kinds().begin(), pdu.kinds().end(), name) != pdu.kinds().end();
}

/// What a client's and an inbound proxy's have in common (2.2.4.15, 2.2.4.16, 2.2.4.19).
bool is_made_alike(v1::Pdu const& pdu) {
  return goes_by(pdu, "IN_R1/A6") || goes_by(pdu, "IN_R1/B1");
}

/// Enough to tell it from others.
std::uint64_t first_bytes(RtsCookie const& cookie) {
  std::uint64_t value = 0;
  std::memcpy(&value, cookie.bytes.data(), sizeof value);
  return value;
}

/// What is sent by our own doing: an RST that writing ran into is recorded on that way, too, with
/// the system's words.
bool is_our_doing(v1::Event const& event) {
  return event.direction() == v1::SENT &&
         !(event.ended().ending() == v1::RST && !event.ended().detail().empty());
}

}  // namespace

void Consequences::of(v1::Event const& event, std::function<void(Knot const&)> const& each) {
  if ((event.source() != v1::CLIENT && event.source() != v1::SERVER) || event.connection() == 0) {
    return;
  }
  auto& place = places_[event.connection()];
  place.virtual_connection = std::max(place.virtual_connection, event.virtual_connection());
  place.leg = event.leg() == v1::LEG_UNKNOWN ? place.leg : event.leg();
  Seen const seen{event, place, each};
  if (event.has_pdu() && event.direction() != v1::NO_DIRECTION) {
    pdu(seen);
  } else if (event.has_head()) {
    head(seen);
  } else if (event.has_opened() && event.opened().accepted() && !seen.of_client()) {
    tie(seen, {Because::asks}, true, false);
  } else if (event.has_raw() && !seen.of_client() && seen.sent() && place.leg == v1::MIXED) {
    tie(seen, {Because::greets, true, place.virtual_connection}, false, false);
  } else if (event.has_ended()) {
    ended(seen);
  }
}

/// The n-th effect of a thread comes after the n-th cause.
void Consequences::tie(Seen const& seen, Thread const& thread, bool is_effect, bool is_certain) {
  auto const known = numbers_.find({thread, is_effect});
  if (known != numbers_.end() || numbers_.size() < kMostThreads) {
    auto& number = known != numbers_.end() ? known->second : numbers_[{thread, is_effect}];
    seen.each({thread, is_effect, ++number, is_certain});
  }
}

void Consequences::pdu(Seen const& seen) {
  auto const& pdu = seen.event.pdu();
  auto const vc = seen.place.virtual_connection;
  bool const to_client = seen.of_client() != seen.sent();
  Thread const first{Because::begins, false, vc, static_cast<std::uint64_t>(seen.place.leg)};
  if (vc != 0 && seen.place.leg != v1::LEG_UNKNOWN && !to_client &&
      !numbers_.contains({first, !seen.sent()})) {
    tie(seen, first, !seen.sent(), true);
  }
  if (pdu.ptype() == wire::kPtypeRts) {
    rts(seen);
    return;
  }
  rpc(seen);
}

void Consequences::rpc(Seen const& seen) {
  auto const& pdu = seen.event.pdu();
  auto const vc = seen.place.virtual_connection;
  bool const to_client = seen.of_client() != seen.sent();
  tie(seen, {Because::passes, to_client, 0, pdu.digest()}, !seen.sent(), true);
  if (seen.place.leg == v1::IN && !to_client && seen.sent()) {
    seen.each({{Because::counts, false, vc}, false, sent_[vc] += pdu.size(), false});
  }
  auto const out = outs_.find(seen.event.connection());
  if (out != outs_.end() && to_client && !seen.sent()) {
    auto& [cookie, window, received] = out->second;
    received += pdu.size();
    if (received > window) {  // so far it was the client itself that let it
      seen.each({{Because::allows, true, vc, cookie}, true, received, false});
    }
  }
}

/// Those with a Destination are passed on; the others a proxy makes for itself, some of them of the
/// same bytes (3.2.1.5.2).
void Consequences::rts(Seen const& seen) {
  made(seen);
  auto const& pdu = seen.event.pdu();
  bool const to_client = seen.of_client() != seen.sent();
  if (!wire::decode_rts_into(as_bytes(pdu.prefix()), rts_)) {
    return;
  }
  if (seen.of_client() && seen.sent() && seen.place.leg == v1::OUT) {
    announced(seen.event.connection());
  }
  auto const* const to = wire::find<wire::DestinationCommand>(rts_);
  if (to != nullptr || (!to_client && !is_made_alike(pdu))) {
    tie_each(seen, {Because::passes, to_client, 0, pdu.digest()});
  }
  auto const* const ack = wire::find<wire::FlowControlAckCommand>(rts_);
  if (to != nullptr && ack != nullptr) {
    acknowledged(seen, *ack, to->value);
  }
}

/// Within its virtual connection, for those of several are often alike, and among all, for a proxy
/// may not say which it is of.
void Consequences::tie_each(Seen const& seen, Thread thread) {
  tie(seen, thread, !seen.sent(), false);
  thread.virtual_connection = seen.place.virtual_connection;
  if (thread.virtual_connection != 0) {
    tie(seen, thread, !seen.sent(), false);
  }
}

void Consequences::made(Seen const& seen) {
  auto const& pdu = seen.event.pdu();
  bool const to_client = seen.of_client() != seen.sent();
  for (std::size_t i = 0; i < kMade.size(); ++i) {
    auto const& [cause, effect, leg] = kMade.at(i);
    if (seen.place.leg == leg && goes_by(pdu, seen.sent() ? cause : effect)) {
      tie_each(seen, {Because::is_made, to_client, 0, i});
    }
  }
}

/// CONN/A1 and OUT_R*/A3 name the channel last of their cookies.
void Consequences::announced(std::uint32_t connection) {
  auto const* const window = wire::find<wire::ReceiveWindowSizeCommand>(rts_);
  if (window == nullptr) {
    return;
  }
  auto& out = outs_[connection];
  out.window = window->value.value;
  for (auto const& command : rts_.commands) {
    if (auto const* const cookie = std::get_if<wire::CookieCommand>(&command)) {
      out.cookie = first_bytes(cookie->value);
    }
  }
}

/// Acknowledgements of the inbound proxy take their way over the server to the client, and the
/// client's over the server to the outbound proxy. Where counting starts again with a successor,
/// they say less than was sent.
void Consequences::acknowledged(Seen const& seen,
                                wire::FlowControlAckCommand const& ack,
                                wire::ForwardDestination to) {
  auto const vc = seen.place.virtual_connection;
  auto const received = std::uint64_t{ack.bytes_received.value};
  if (seen.of_client()) {
    return;
  }
  if (seen.place.leg == v1::IN && !seen.sent() && to == wire::ForwardDestination::FDClient &&
      received != 0) {
    seen.each({{Because::counts, false, vc}, true, received, false});
  } else if (seen.place.leg == v1::OUT && seen.sent() &&
             to == wire::ForwardDestination::FDOutProxy) {
    seen.each({{Because::allows, true, vc, first_bytes(ack.channel_cookie)},
               false,
               received + ack.available_window.value,
               false});
  }
}

void Consequences::head(Seen const& seen) {
  auto const& head = seen.event.head();
  if (seen.of_client() && seen.sent() && !head.response()) {
    tie(seen, {Because::asks}, false, false);
  } else if (seen.of_client() && !seen.sent() && head.response() && head.status() / 100 == 2 &&
             seen.place.leg == v1::MIXED) {
    tie(seen, {Because::greets, true, seen.place.virtual_connection}, true, false);
  }
}

/// What a virtual connection's first end at either side was, ours or theirs.
void Consequences::ended(Seen const& seen) {
  auto const vc = seen.place.virtual_connection;
  if (vc == 0 || !ended_.insert(vc).second) {
    return;
  }
  bool const ours = is_our_doing(seen.event);
  tie(seen, {Because::ends, seen.of_client() != ours, vc}, !ours, false);
}

}  // namespace rpchspec::journal
