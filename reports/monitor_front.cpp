// An HTTP front passes heads and bodies on (RFC 9110, 9112; topology http-front).

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kTarget = "HTTP-9110-7.7-01";
constexpr std::string_view kLength = "HTTP-9110-8.6-01";
constexpr std::string_view kDigits = "FIELD-F03";
constexpr std::string_view kStatus = "HTTP-9110-15-01";
constexpr std::string_view kReason = "HTTP-9112-4-01";
constexpr std::string_view kContent = "HTTP-9110-7.7-02";
constexpr std::string_view kVersion = "HTTP-9112-2.3-01";
constexpr std::size_t kMost = 1U << 20;

/// Heads and PDUs that one side sent and the other has not yet received, of one channel. Each has
/// the number of its message: the next one may be under way already.
struct Lane {
  std::deque<std::pair<std::uint64_t, v1::Head>> heads;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> pdus;  // message and digest
  std::uint64_t message = 0;                                 // the last that was begun to be sent
  bool off = false;
};

class FrontMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "front"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kTarget, kLength, kDigits, kStatus, kReason, kContent, kVersion};
  }

  void on_event(Sighting const& sighting) override {
    if (sighting.around.topology != "http-front" || sighting.event.connection() == 0) {
      return;
    }
    if (is_foreign(sighting)) {
      return;
    }
    auto const leg = leg_of(sighting);
    auto const upstream = sighting.event.source() == v1::UPSTREAM;
    if (leg == v1::LEG_UNKNOWN) {
      return;
    }
    // An upstream that does not know whose connection it sees can be told apart only where there
    // is no more than one.
    several_ = several_ || (!upstream && sighting.vc() > 1);
    if (upstream && sighting.connection->virtual_connection != 0) {
      known_.insert(Key{sighting.vc(), leg, false});
    }
    if (several_ && (upstream ? sighting.connection->virtual_connection == 0
                              : !known_.contains(Key{sighting.vc(), leg, false}) &&
                                    sighting.event.direction() == v1::RECEIVED)) {
      return;
    }
    auto& request = lanes_[{sighting.vc(), leg, true}];
    auto& response = lanes_[{sighting.vc(), leg, false}];
    if (sighting.event.has_opened() && sighting.event.source() == v1::CLIENT) {
      request = response = {};
      if (is_beside_another(sighting)) {
        recycled_.insert({sighting.vc(), leg, true});
      }
    }
    // Which of two connections behind the front carries which of the channels is not known; that
    // all arrives in order is seen at the servers.
    if (recycled_.contains({sighting.vc(), leg, true})) {
      request.off = response.off = true;
    }
    if (sighting.is(v1::CLIENT, v1::SENT)) {
      sent(sighting, request);
    } else if (sighting.is(v1::UPSTREAM, v1::RECEIVED)) {
      received(sighting, request);
    } else if (sighting.is(v1::UPSTREAM, v1::SENT)) {
      sent(sighting, response);
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED)) {
      received(sighting, response);
      if (sighting.event.has_head() && !interim(sighting.event.head())) {
        request.heads.clear();  // a front may answer by itself: then nothing of it comes behind
      }
    }
  }

 private:
  using Key = std::tuple<std::uint32_t, v1::Leg, bool>;

  /// The client opens a successor while the channel that it replaces is open.
  static bool is_beside_another(Sighting const& sighting) {
    auto const& all = sighting.around.table.all();
    return std::any_of(all.begin(), all.end(), [&](auto const& entry) {
      Connection const& other = entry.second;
      return other.source == v1::CLIENT && other.number != sighting.event.connection() &&
             other.leg == sighting.leg() &&
             std::max(1U, other.virtual_connection) == sighting.vc() && !other.over() &&
             !other.by_us;
    });
  }

  static std::string server_name(std::string_view target) {
    auto const query = target.substr(std::min(target.size(), target.find('?')));
    return to_lower(query.substr(0, query.rfind(':')));
  }

  /// A front that shares upstream connections may send the request of another case behind ours: it
  /// was seen here before it was handed on.
  bool is_foreign(Sighting const& sighting) {
    auto const& event = sighting.event;
    if (event.has_head() && !event.head().response()) {
      auto const name = server_name(event.head().target());
      if (sighting.is(v1::CLIENT, v1::SENT)) {
        ours_.insert(name);
      } else if (sighting.is(v1::UPSTREAM, v1::RECEIVED)) {
        auto const foreign = !name.empty() && !ours_.empty() && !ours_.contains(name);
        foreign ? void(foreign_.insert(event.connection()))
                : void(foreign_.erase(event.connection()));
      }
    }
    return foreign_.contains(event.connection());
  }

  /// By the method of the request where one was seen: both ends saw the same.
  v1::Leg leg_of(Sighting const& sighting) {
    auto const& event = sighting.event;
    auto& leg = legs_[event.connection()];
    if (event.has_head() && !event.head().response()) {
      auto const& method = event.head().method();
      leg = method == "RPC_IN_DATA" ? v1::IN : method == "RPC_OUT_DATA" ? v1::OUT : v1::LEG_UNKNOWN;
    }
    return leg == v1::LEG_UNKNOWN ? sighting.leg() : leg;
  }

  static bool interim(v1::Head const& head) { return head.response() && head.status() < 200; }

  static void sent(Sighting const& sighting, Lane& lane) {
    auto const& event = sighting.event;
    if (event.has_head() && !interim(event.head())) {
      lane.heads.emplace_back(++lane.message, event.head());
    } else if (event.has_pdu()) {
      lane.off = lane.off || lane.pdus.size() >= kMost;
      lane.pdus.emplace_back(lane.message, event.pdu().digest());
    } else if (event.has_raw()) {
      lane.off = true;
    }
  }

  void received(Sighting const& sighting, Lane& lane) {
    auto const& event = sighting.event;
    if (event.has_head() && !interim(event.head())) {
      if (!lane.heads.empty()) {
        auto const [message, head] = std::move(lane.heads.front());
        lane.heads.pop_front();
        event.head().response() ? response(sighting, head) : request(sighting, head);
        // A front may answer a request itself: the bodies of those before this one are gone.
        while (!lane.pdus.empty() && lane.pdus.front().first < message) {
          lane.pdus.pop_front();
        }
      }
    } else if (event.has_pdu() && !lane.off) {
      if (!lane.pdus.empty() && lane.pdus.front().second == event.pdu().digest()) {
        lane.pdus.pop_front();
        return;
      }
      lane.off = true;
      object(sighting,
             {kContent, "content changed", "the body's bytes as they were sent",
              fmt::format("a PDU of {} bytes that is not the next one sent", event.pdu().size())});
    }
  }

  void request(Sighting const& sighting, v1::Head const& sent) {
    auto const& head = sighting.event.head();
    if (head.target() != sent.target()) {
      object(sighting, {kTarget, "target changed", sent.target(), head.target()});
    }
    bool const lawful = sent.http_version() == 10 || sent.http_version() == 11;
    if (lawful && head.http_version() != 10 && head.http_version() != 11) {
      object(sighting, {kVersion, "HTTP version", "HTTP/1.0 or HTTP/1.1 in the request line",
                        fmt::format("\"{}\"", start_line(head.text()).substr(0, 120))});
    }
    length(sighting, sent);
  }

  /// A client that ended what it sends before the server's answer was there has given up its
  /// request for some fronts: HAProxy answers it with a 400 of its own.
  void response(Sighting const& sighting, v1::Head const& sent) {
    if (sighting.connection->by_us) {
      return;
    }
    auto const& head = sighting.event.head();
    if (head.status() != sent.status()) {
      object(sighting, {kStatus, "status changed", fmt::format("status {}", sent.status()),
                        fmt::format("status {}", head.status())});
    } else if (head.status() >= 400 && head.reason() != sent.reason()) {
      object(sighting, {kReason, "reason changed", fmt::format("\"{}\"", sent.reason()),
                        fmt::format("\"{}\"", head.reason())});
    }
    length(sighting, sent);
  }

  void length(Sighting const& sighting, v1::Head const& sent) {
    if (!values_of(sent.text(), "Transfer-Encoding").empty()) {
      return;  // RFC 9112 6.3: then Content-Length is taken out
    }
    auto const& text = sighting.event.head().text();
    auto const before = content_length(sent.text());
    auto const after = content_length(text);
    if (!before) {
      return;
    }
    if (before != after) {
      object(sighting,
             {kLength, "Content-Length changed", fmt::format("Content-Length: {}", *before),
              after ? fmt::format("Content-Length: {}", *after) : "no Content-Length"});
      return;
    }
    auto const digits_before = values_of(sent.text(), "Content-Length").front();
    auto const digits = values_of(text, "Content-Length").front();
    if (digits != digits_before) {
      object(sighting, {kDigits, "digits of Content-Length changed",
                        fmt::format("Content-Length: {}", digits_before),
                        fmt::format("Content-Length: {}", digits)});
    }
  }

  std::map<Key, Lane> lanes_;
  std::map<std::uint32_t, v1::Leg> legs_;  // of connections
  std::set<std::string> ours_;             // server-names that the client asked for
  std::set<std::uint32_t> foreign_;        // upstream connections that carry another case's request
  std::set<Key> recycled_;                 // channels that had two connections at once
  std::set<Key> known_;                    // lanes whose upstream end was told apart
  bool several_ = false;
};

}  // namespace

std::unique_ptr<Monitor> make_front_monitor() {
  return std::make_unique<FrontMonitor>();
}

}  // namespace rpchspec::reports
