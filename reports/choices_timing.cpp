// When a proxy pings and acknowledges, and how it counts after recycling.

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "reports/choices.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::size_t kOutCookieOfA2 = 2;  // its place among the commands

/// A share of the ConnectionTimeout, give or take what timers and machines do.
bool is_half(double share) {
  return share > 0.4 && share < 0.65;
}

bool is_whole(double share) {
  return share > 0.85 && share < 1.3;
}

/// One connection of OUT, as the client saw it.
struct Quiet {
  std::uint64_t last_ns = 0;
  std::optional<std::uint64_t> ping_ns;
};

/// Acknowledgements of one direction of a virtual connection.
struct Acks {
  std::uint64_t window = 0;         // that the proxy announced; 0: not seen
  std::uint64_t largest = 0;        // RPC PDU sent to it
  std::optional<RtsCookie> cookie;  // of the last
  std::uint64_t received = 0;
  bool all_free = true;          // the last one told of the whole window
  std::uint64_t least = 0;       // bytes used at any of them; 0: none that tells anything
  std::uint32_t connection = 0;  // that it came on
};

struct Session {
  double timeout_s = 0;  // 0: CONN/A3 was not seen
  Acks in;
  Acks out;
};

std::optional<std::uint64_t> number_in(v1::Pdu const& pdu,
                                       std::string_view name,
                                       std::string_view field) {
  return number(field_of(pdu, name, field).value_or(""));
}

/// The OUT channel's, in CONN/A2: one that names another has more to tell of than it counts.
std::optional<RtsCookie> first_cookie(v1::Pdu const& a2) {
  auto const pdu = decoded(a2);
  auto const* const cookie = pdu && pdu->commands.size() > kOutCookieOfA2
                                 ? std::get_if<wire::CookieCommand>(&pdu->commands[kOutCookieOfA2])
                                 : nullptr;
  return cookie == nullptr ? std::nullopt : std::optional(cookie->value);
}

class TimingChoices final : public ChoiceObserver {
 public:
  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu() || event.source() == v1::UPSTREAM) {
      return;
    }
    auto& session = sessions_[sighting.vc()];
    if (is_rpc(event.pdu())) {
      on_rpc(sighting, session);
    } else {
      on_rts(sighting, session, pdu_name(event));
    }
    if (sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT) {
      quiet_[event.connection()].last_ns = event.at_ns();
    }
  }

  /// The one that came soonest: others may have waited for the proxy to come to them.
  void finish(Surroundings const&) override {
    for (auto const& [vc, session] : sessions_) {
      threshold("acks-in", session.in);
      threshold("acks-out", session.out);
    }
  }

 private:
  void threshold(std::string_view subject, Acks const& acks) {
    auto const used = acks.least;
    if (used != 0) {
      chose(subject, used <= acks.largest           ? "after each RPC PDU"
                     : used * 10 < acks.window * 4  ? "before half of its window is used"
                     : used * 10 <= acks.window * 7 ? "when half of its window is used"
                                                    : "when hardly any of its window is left");
    }
  }

  static void on_rpc(Sighting const& sighting, Session& session) {
    std::uint64_t const size = sighting.event.pdu().size();
    if (sighting.is(v1::CLIENT, v1::SENT) && sighting.leg() == v1::IN) {
      session.in.largest = std::max(session.in.largest, size);
    } else if (sighting.is(v1::SERVER, v1::SENT) && sighting.leg() == v1::OUT) {
      session.out.largest = std::max(session.out.largest, size);
    }
  }

  void on_rts(Sighting const& sighting, Session& session, std::string const& name) {
    auto const& pdu = sighting.event.pdu();
    if (sighting.is(v1::SERVER, v1::RECEIVED)) {
      if (name == "CONN/A2") {
        session.out.window = number_in(pdu, name, "ReceiveWindowSize").value_or(0);
        session.out.cookie = first_cookie(pdu);
      } else if (name == "CONN/B2") {
        session.in.window = number_in(pdu, name, "ReceiveWindowSize").value_or(0);
      } else if (name == "FlowControlAck" && sighting.leg() == v1::OUT) {
        on_ack(sighting, session.out, "acks-out");
      }
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT) {
      if (name == "CONN/A3") {
        session.timeout_s =
            static_cast<double>(number_in(pdu, name, "ConnectionTimeout").value_or(0)) / 1000;
      } else if (name == "FlowControlAckWithDestination") {
        on_ack(sighting, session.in, "acks-in");
      } else if (name == "Ping" && session.timeout_s > 0 && !sighting.around.disturbed) {
        on_ping(sighting, session.timeout_s);
      }
    }
  }

  /// AMB-07.
  void on_ping(Sighting const& sighting, double timeout_s) {
    auto& quiet = quiet_[sighting.event.connection()];
    auto const now = sighting.event.at_ns();
    auto const share = [&](std::uint64_t since) {
      return static_cast<double>(now - since) / 1e9 / timeout_s;
    };
    bool const silent_since_the_last = quiet.ping_ns && quiet.last_ns == *quiet.ping_ns;
    if (quiet.last_ns == 0) {
      return;  // a successor's first: since when it could have been silent is not looked at
    }
    if (is_half(share(quiet.last_ns))) {
      chose("ping-timing", "after half the ConnectionTimeout of silence");
    } else if (is_whole(share(quiet.last_ns))) {
      chose("ping-timing", "after the ConnectionTimeout of silence");
    } else if (quiet.ping_ns && !silent_since_the_last && is_half(share(*quiet.ping_ns))) {
      chose("ping-timing", "each half ConnectionTimeout, whatever else it sends");
    }
    quiet.ping_ns = now;
  }

  /// How much of the window is used at an acknowledgement shows where PDUs are small against it,
  /// and where nothing waits in the proxy: then it acknowledges as its own receiver lets it.
  void on_ack(Sighting const& sighting, Acks& acks, std::string_view subject) {
    auto const pdu = decoded(sighting.event.pdu());
    auto const* const ack = pdu ? wire::find<wire::FlowControlAckCommand>(*pdu) : nullptr;
    if (ack == nullptr) {
      return;
    }
    std::uint64_t const received = ack->bytes_received.value;
    bool const same = !acks.cookie || *acks.cookie == ack->channel_cookie;
    if (!same && subject == "acks-out" && acks.connection == sighting.event.connection()) {
      counted_on(acks, received);
    }
    bool const all_free = ack->available_window.value == acks.window;
    auto const used = received - std::min(received, acks.received);
    bool const fine = acks.largest != 0 && acks.largest * 6 <= acks.window;
    if (same && fine && all_free && acks.all_free && used != 0 && used <= acks.window &&
        !sighting.around.disturbed) {
      acks.least = acks.least == 0 ? used : std::min(acks.least, used);
    }
    acks.cookie = ack->channel_cookie;
    acks.received = received;
    acks.all_free = all_free;
    acks.connection = sighting.event.connection();
  }

  /// Between, nobody can tell.
  void counted_on(Acks const& acks, std::uint64_t received) {
    if (received > acks.received && received > acks.window) {
      chose("counters", "goes on");
    } else if (received < acks.received && received <= acks.window) {
      chose("counters", "starts again");
    }
  }

  std::map<std::uint32_t, Session> sessions_;
  std::map<std::uint32_t, Quiet> quiet_;  // by number of the connection
};

}  // namespace

std::unique_ptr<ChoiceObserver> make_timing_choices() {
  return std::make_unique<TimingChoices>();
}

}  // namespace rpchspec::reports
