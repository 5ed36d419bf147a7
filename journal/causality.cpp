#include "journal/causality.hpp"

#include <algorithm>

#include "protocol/wire/rts.hpp"

namespace rpchspec::journal {
namespace {

constexpr std::size_t kMostPdus = std::size_t{1} << 16;  // each way

/// Each hop makes its own pings, and they are all alike.
bool passes(v1::Pdu const& pdu) {
  return std::none_of(pdu.kinds().begin(), pdu.kinds().end(),
                      [](std::string const& kind) { return kind == "Ping" || kind == "Echo"; });
}

}  // namespace

void Causality::add(v1::Event const& event, Side side, std::int64_t at_ns) {
  if (!event.has_pdu() || event.direction() == v1::NO_DIRECTION) {
    return;
  }
  auto const sent = event.direction() == v1::SENT;
  auto const of_client = event.source() == v1::CLIENT;
  auto const rts = event.pdu().ptype() == wire::kPtypeRts;
  if (!rts || passes(event.pdu())) {
    // A server may send the client's own acknowledgement back to it.
    auto& pdus = pdus_.at(of_client == sent ? 0 : 1);
    auto const known = pdus.find(event.pdu().digest());
    if (known != pdus.end() || pdus.size() < kMostPdus) {
      auto& passage = known != pdus.end() ? known->second : pdus[event.pdu().digest()];
      passage.rts = rts;
      note(passage, sent, side, at_ns);
    }
    auto& of_connections = rts_pdus_.at(of_client == sent ? 0 : 1);
    if (rts && event.virtual_connection() != 0 && of_connections.size() < kMostPdus) {
      auto& passage = of_connections[{event.virtual_connection(), event.pdu().digest()}];
      passage.rts = true;
      note(passage, sent, side, at_ns);
    }
  }
  // Its virtual connection's cookie is known to nobody before the client sent it.
  if (event.virtual_connection() != 0 && event.leg() != v1::LEG_UNKNOWN && of_client == sent) {
    auto& first = firsts_[{event.virtual_connection(), event.leg()}];
    if (!(sent ? first.sent : first.received)) {
      note(first, sent, side, at_ns);
    }
  }
}

void Causality::note(Passage& passage, bool sent, Side side, std::int64_t at_ns) {
  auto& at = sent ? passage.sent : passage.received;
  passage.repeated = passage.repeated || at.has_value();
  at = at_ns;
  if (sent) {
    passage.sender = side;
  }
}

Causality::Bounds Causality::bounds(std::int64_t error_ns, bool with_rts) const {
  Bounds bounds(-error_ns, error_ns);
  auto const narrow = [&](Passage const& passage) {
    if (passage.repeated || !passage.sent || !passage.received || (passage.rts && !with_rts)) {
      return;
    }
    auto const took = *passage.received - *passage.sent;
    if (passage.sender == Side::ours) {
      bounds.first = std::max(bounds.first, -took);  // the peer received it, later than that
    } else {
      bounds.second = std::min(bounds.second, took);
    }
  };
  for (auto const& pdus : pdus_) {
    for (auto const& [digest, passage] : pdus) {
      narrow(passage);
    }
  }
  for (auto const& rts_pdus : rts_pdus_) {
    for (auto const& [of, passage] : rts_pdus) {
      narrow(passage);
    }
  }
  for (auto const& [leg, passage] : firsts_) {
    narrow(passage);
  }
  return bounds;
}

std::int64_t Causality::shift(std::uint64_t error_ns) const {
  for (auto const with_rts : {true, false}) {
    auto const [least, most] = bounds(static_cast<std::int64_t>(error_ns), with_rts);
    if (least <= most) {
      return least + (most - least) / 2;
    }
  }
  return 0;
}

}  // namespace rpchspec::journal
