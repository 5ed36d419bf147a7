// RPC PDUs cross the proxy unchanged, in order and at most once (RPCH-1.3.4-01).

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kUnchanged = "RPCH-1.3.4-01";
constexpr std::string_view kInOrder = "RPCH-3.2.1.1.4-02";
constexpr std::size_t kRemembered = 256;  // digests that were delivered, to know a second copy
constexpr std::size_t kMostWaiting = 1U << 20;  // PDUs on their way; beyond, the stream is given up

struct Waiting {
  std::uint64_t digest = 0;
  std::uint32_t size = 0;
  std::uint64_t at_ns = 0;
  std::uint32_t ordinal = 0;  // of its connection
};

constexpr std::uint32_t kAll = ~std::uint32_t{0};

/// A PDU at its receiver.
struct Arrived {
  Waiting pdu;
  std::string name;
  std::uint32_t ordinal = 0;  // of its connection
};

/// One direction of one virtual connection, from its sender to its receiver.
struct Stream {
  std::deque<Waiting> sent;     // and not delivered
  std::deque<Waiting> skipped;  // a later one was delivered
  std::deque<Waiting> early;    // delivered, and its sending is not yet recorded
  std::deque<Waiting> stale;    // of a connection before this one: may still come, need not
  std::deque<std::uint64_t> delivered;
  std::deque<Arrived> ahead;  // on a successor OUT channel, before its predecessor ended
  bool given_up = false;
};

class ForwardingMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "forwarding"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kUnchanged, kInOrder};
  }

  void on_event(Sighting const& sighting) override {
    if (sighting.event.has_opened() && sighting.event.source() == v1::CLIENT) {
      begin_again(sighting);
    } else if (sighting.event.has_fault()) {
      give_up_where_altered(sighting);
    }
    note_end(sighting);
    if (!sighting.event.has_pdu() || !is_rpc(sighting.event.pdu()) ||
        sighting.leg() == v1::LEG_UNKNOWN) {
      return;
    }
    auto const in = is_in(sighting);
    auto const sender = in ? v1::CLIENT : v1::SERVER;
    auto const receiver = in ? v1::SERVER : v1::CLIENT;
    auto& stream = streams_[{sighting.vc(), in}];
    if (sighting.is(sender, v1::SENT)) {
      sent(stream, sighting);
    } else if (sighting.is(receiver, v1::RECEIVED)) {
      arrived(stream, sighting, in);
    }
  }

  void finish(Surroundings const&) override {
    for (auto& [key, stream] : streams_) {
      take_in(stream, key.second, kAll);
      if (stream.given_up) {
        continue;
      }
      auto const leg = key.second ? "server.in" : "client.out";
      if (!stream.skipped.empty()) {
        auto const& lost = stream.skipped.front();
        object(lost.at_ns, leg,
               {kUnchanged, "lost", "every RPC PDU before one that arrived has arrived",
                fmt::format("a PDU of {} bytes, sent at {}, is missing although a later one came",
                            lost.size, seconds_text(lost.at_ns))});
      }
      if (!stream.early.empty()) {
        auto const& strange = stream.early.front();
        object(strange.at_ns, leg,
               {kUnchanged, "changed", "RPC PDUs arrive byte for byte as they were sent",
                fmt::format("a PDU of {} bytes at {} that the other side did not send",
                            strange.size, seconds_text(strange.at_ns))});
      }
    }
  }

 private:
  /// From client to server. On the one connection of a v1 session its end and direction tell.
  static bool is_in(Sighting const& sighting) {
    auto const sent = sighting.event.direction() == v1::SENT;
    return sighting.leg() == v1::MIXED ? (sighting.event.source() == v1::CLIENT) == sent
                                       : sighting.leg() == v1::IN;
  }

  /// The directions that a connection of this leg carries.
  static std::vector<bool> directions(v1::Leg leg) {
    return leg == v1::MIXED ? std::vector{true, false} : std::vector{leg == v1::IN};
  }

  /// The two OUT channels of a recycling are two connections: what the successor brings may be seen
  /// before the predecessor's last bytes. The client reads it after OUT_R2/B3, and so do we.
  void note_end(Sighting const& sighting) {
    auto const& event = sighting.event;
    auto const is_last = event.has_pdu() && !is_rpc(event.pdu()) &&
                         (goes_by(event.pdu(), "OUT_R2/B3") || goes_by(event.pdu(), "OUT_R1/A10"));
    auto const is_over = is_last || event.has_ended();
    if (is_over && sighting.connection != nullptr && event.source() == v1::CLIENT &&
        sighting.leg() == v1::OUT && (event.direction() == v1::RECEIVED || event.has_ended())) {
      ended_.insert(event.connection());
      take_in(streams_[{sighting.vc(), false}], false, sighting.connection->ordinal + 1);
    }
  }

  [[nodiscard]] bool is_ahead(Sighting const& sighting) const {
    auto const* connection = sighting.connection;
    if (connection == nullptr || connection->source != v1::CLIENT || connection->ordinal < 2) {
      return false;
    }
    auto const& all = sighting.around.table.all();
    return std::any_of(all.begin(), all.end(), [&](auto const& entry) {
      auto const& other = entry.second;
      return other.source == connection->source && other.leg == connection->leg &&
             other.virtual_connection == connection->virtual_connection &&
             other.ordinal + 1 == connection->ordinal && ended_.count(other.number) == 0;
    });
  }

  void arrived(Stream& stream, Sighting const& sighting, bool in) {
    Arrived const pdu{waiting(sighting), std::string(pdu_name(sighting.event)),
                      sighting.connection == nullptr ? 0 : sighting.connection->ordinal};
    if (sighting.leg() == v1::OUT && is_ahead(sighting)) {
      stream.ahead.push_back(pdu);
    } else {
      received(stream, pdu, in);
    }
  }

  /// What came ahead on channels up to this one, which is now the first that goes on.
  void take_in(Stream& stream, bool in, std::uint32_t ordinal) {
    auto waiting_still = std::deque<Arrived>();
    for (auto const& pdu : std::exchange(stream.ahead, {})) {
      if (pdu.ordinal <= ordinal) {
        received(stream, pdu, in);
      } else {
        waiting_still.push_back(pdu);
      }
    }
    stream.ahead = std::move(waiting_still);
  }

  /// What a connection that is over had not delivered was dropped with it, which is lawful. Beside
  /// one that still lives a new one is its successor.
  void begin_again(Sighting const& sighting) {
    for (auto const& [number, other] : sighting.around.table.all()) {
      if (number != sighting.event.connection() && other.source == v1::CLIENT && !other.over() &&
          !other.by_us && other.leg == sighting.leg() &&
          std::max(1U, other.virtual_connection) == sighting.vc()) {
        return;
      }
    }
    for (auto const in : directions(sighting.leg())) {
      auto& stream = streams_[{sighting.vc(), in}];
      stream.stale.insert(stream.stale.end(), stream.sent.begin(), stream.sent.end());
      stream.sent.clear();
    }
  }

  /// Our own fault changed the bytes on their way.
  void give_up_where_altered(Sighting const& sighting) {
    auto const& name = sighting.event.fault().name();
    if (name.find("corrupt") != name.npos || name.find("truncate") != name.npos) {
      for (auto const in : directions(sighting.leg())) {
        streams_[{sighting.vc(), in}].given_up = true;
      }
    }
  }

  static Waiting waiting(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    auto const ordinal = sighting.connection == nullptr ? 0 : sighting.connection->ordinal;
    return {pdu.digest(), pdu.size(), sighting.event.at_ns(), ordinal};
  }

  static std::deque<Waiting>::iterator find(std::deque<Waiting>& list, std::uint64_t digest) {
    return std::find_if(list.begin(), list.end(),
                        [&](Waiting const& each) { return each.digest == digest; });
  }

  static void sent(Stream& stream, Sighting const& sighting) {
    auto const pdu = waiting(sighting);
    if (auto const early = find(stream.early, pdu.digest); early != stream.early.end()) {
      stream.early.erase(early);
      remember(stream, pdu.digest);
      return;
    }
    if (stream.sent.size() >= kMostWaiting) {
      stream.given_up = true;
      stream.sent.clear();
    }
    if (!stream.given_up) {
      // Two sockets are written side by side: what the predecessor was given goes before what its
      // successor was, whichever of them is through first.
      auto const before =
          std::find_if(stream.sent.rbegin(), stream.sent.rend(),
                       [&](Waiting const& each) { return each.ordinal <= pdu.ordinal; });
      stream.sent.insert(before.base(), pdu);
    }
  }

  static void remember(Stream& stream, std::uint64_t digest) {
    stream.delivered.push_back(digest);
    if (stream.delivered.size() > kRemembered) {
      stream.delivered.pop_front();
    }
  }

  void received(Stream& stream, Arrived const& came, bool in) {
    if (stream.given_up) {
      return;
    }
    auto const& pdu = came.pdu;
    std::string const leg = in ? "server.in" : "client.out";
    if (auto const found = find(stream.sent, pdu.digest); found != stream.sent.end()) {
      stream.skipped.insert(stream.skipped.end(), stream.sent.begin(), found);
      stream.sent.erase(stream.sent.begin(), found + 1);
      remember(stream, pdu.digest);
    } else if (auto const old = find(stream.stale, pdu.digest); old != stream.stale.end()) {
      stream.stale.erase(old);
    } else if (auto const late = find(stream.skipped, pdu.digest); late != stream.skipped.end()) {
      object(
          pdu.at_ns, leg,
          {kInOrder, "out of order", "RPC PDUs arrive in the order they were sent in",
           fmt::format("{} of {} bytes came after one that was sent later", came.name, pdu.size)});
      stream.skipped.erase(late);
      remember(stream, pdu.digest);
    } else if (std::find(stream.delivered.begin(), stream.delivered.end(), pdu.digest) !=
               stream.delivered.end()) {
      object(pdu.at_ns, leg,
             {kUnchanged, "delivered twice", "every RPC PDU arrives at most once",
              fmt::format("{} of {} bytes came a second time", came.name, pdu.size)});
    } else if (stream.early.size() < kRemembered) {
      stream.early.push_back(pdu);
    }
  }

  std::map<std::pair<std::uint32_t, bool>, Stream> streams_;
  std::set<std::uint32_t> ended_;  // connections of the client that bring nothing more
};

}  // namespace

std::unique_ptr<Monitor> make_forwarding_monitor() {
  return std::make_unique<ForwardingMonitor>();
}

}  // namespace rpchspec::reports
