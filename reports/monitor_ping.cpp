// Pings come by the ConnectionTimeout that CONN/A3 told the client (3.2.1.2.1, 3.2.1.2.2), and the
// server is told of those bytes that went out, if it is told at all (2.2.3.5.15).
//
// A successor of OUT gets no CONN/A3: its ConnectionTimeout is that of the channel before, or of
// OUT_R1/A6, and its silence begins with the 200 that says that it is unplugged.
//
// A proxy that never pings breaks a SHOULD, which is not judged here. One that pings after more
// silence than its ConnectionTimeout runs its timer by another value. A ping may cross a
// notification: one ping of difference is lawful.

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kTimer = "RPCH-3.2.1.2.2-01";
constexpr std::string_view kTraffic = "RPCH-2.2.3.5.15-01";
constexpr double kTolerance = 1.25;  // of the timeout, and
constexpr double kSlack = 2;         // seconds on top

/// What one connection of the client carried to it.
struct Out {
  double timeout_s = 0;                  // told of another since, or told on it; 0: the session's
  std::optional<std::uint64_t> last_ns;  // a PDU, or the 200
};

/// What a virtual connection's client got in pings, and what its server was told of.
struct Traffic {
  double timeout_s = 0;  // of channels to come; 0: not known
  std::uint64_t seen = 0;
  std::uint64_t told = 0;
  std::uint64_t largest = 0;  // ping
  bool recycled = false;      // whether a successor's account starts again is open
};

class PingMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "pings"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kTimer, kTraffic};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (sighting.leg() == v1::OUT && event.has_head() && event.head().status() == 200 &&
        sighting.is(v1::CLIENT, v1::RECEIVED)) {
      outs_[event.connection()].last_ns = event.at_ns();
    }
    if (!event.has_pdu() || sighting.leg() != v1::OUT) {
      return;
    }
    auto const name = is_rpc(event.pdu()) ? std::string() : pdu_name(event);
    if (sighting.is(v1::SERVER, v1::RECEIVED)) {
      on_notification(sighting, name);
    }
    if (!sighting.is(v1::CLIENT, v1::RECEIVED)) {
      return;
    }
    auto& out = outs_[event.connection()];
    auto& traffic = traffic_[sighting.vc()];
    traffic.recycled = traffic.recycled || name.starts_with("OUT_");
    if (name == "Ping") {
      traffic.seen += event.pdu().size();
      traffic.largest = std::max<std::uint64_t>(traffic.largest, event.pdu().size());
    }
    if (name == "CONN/A3" || name == "OUT_R1/A6") {
      auto const told = number(field_of(event.pdu(), name, "ConnectionTimeout").value_or(""));
      out.timeout_s = name == "OUT_R1/A6" && out.timeout_s == 0 ? traffic.timeout_s : out.timeout_s;
      traffic.timeout_s = static_cast<double>(told.value_or(0)) / 1000;
    } else if (name == "Ping" && !sighting.around.disturbed) {
      judge(sighting, out.timeout_s == 0 ? traffic.timeout_s : out.timeout_s, out.last_ns);
    }
    out.last_ns = event.at_ns();
  }

 private:
  /// Before the 200 of a successor there is no channel that could be silent.
  void judge(Sighting const& sighting, double timeout_s, std::optional<std::uint64_t> since_ns) {
    if (timeout_s == 0 || !since_ns) {
      return;
    }
    auto const silent_ns = sighting.event.at_ns() - *since_ns;
    auto const slack_s = kSlack * sighting.around.timeout_scale;
    if (static_cast<double>(silent_ns) > (timeout_s * kTolerance + slack_s) * 1e9) {
      object(sighting,
             {kTimer, "ping too late",
              fmt::format("a Ping after at most {} s of silence, the ConnectionTimeout", timeout_s),
              fmt::format("a Ping after {} of silence", seconds_text(silent_ns))});
    }
  }

  /// More than was sent is wrong always; less, where every ping was seen and counts.
  void on_notification(Sighting const& sighting, std::string const& name) {
    constexpr auto kName = "PingTrafficSentNotify";
    if (!goes_by(sighting.event.pdu(), kName) || sighting.around.disturbed) {
      return;
    }
    auto& traffic = traffic_[sighting.vc()];
    auto const said = number(field_of(sighting.event.pdu(), name, "PingTrafficSent").value_or(""));
    traffic.told += said.value_or(0);
    auto const most = traffic.seen + std::max(traffic.largest, kPing);
    auto const least = traffic.recycled ? 0 : traffic.seen - traffic.largest;
    if (traffic.told < least || traffic.told > most) {
      object(sighting, {kTraffic, "another sum than the pings'",
                        fmt::format("{} bytes told of in all, as many as the client got in pings",
                                    traffic.seen),
                        fmt::format("{} bytes told of in all", traffic.told)});
    }
  }

  static constexpr std::uint64_t kPing = 20;  // bytes

  std::map<std::uint32_t, Out> outs_;         // by number of the connection
  std::map<std::uint32_t, Traffic> traffic_;  // by virtual connection
};

}  // namespace

std::unique_ptr<Monitor> make_ping_monitor() {
  return std::make_unique<PingMonitor>();
}

}  // namespace rpchspec::reports
