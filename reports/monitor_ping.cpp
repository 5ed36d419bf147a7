// Pings come by the ConnectionTimeout that CONN/A3 told the client (3.2.1.2.1, 3.2.1.2.2).
//
// A proxy that never pings breaks a SHOULD, which is not judged here. One that pings after more
// silence than its ConnectionTimeout runs its timer by another value.

#include <map>

#include <fmt/format.h>

#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kTimer = "RPCH-3.2.1.2.2-01";
constexpr double kTolerance = 1.25;  // of the timeout, and
constexpr double kSlack = 2;         // seconds on top

/// What one connection of the client carried to it.
struct Out {
  double timeout_s = 0;  // 0: CONN/A3 has not come
  std::uint64_t last_ns = 0;
};

class PingMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "pings"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override { return {kTimer}; }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu() || !sighting.is(v1::CLIENT, v1::RECEIVED) || sighting.leg() != v1::OUT) {
      return;
    }
    auto& out = outs_[event.connection()];
    auto const name = is_rpc(event.pdu()) ? std::string() : pdu_name(event);
    if (name == "CONN/A3") {
      auto const told = number(field_of(event.pdu(), name, "ConnectionTimeout").value_or(""));
      out.timeout_s = static_cast<double>(told.value_or(0)) / 1000;
    } else if (name == "Ping" && out.timeout_s > 0 && !sighting.around.disturbed) {
      judge(sighting, out);
    }
    out.last_ns = event.at_ns();
  }

 private:
  void judge(Sighting const& sighting, Out const& out) {
    auto const silent_ns = sighting.event.at_ns() - out.last_ns;
    auto const slack_s = kSlack * sighting.around.timeout_scale;
    if (static_cast<double>(silent_ns) > (out.timeout_s * kTolerance + slack_s) * 1e9) {
      object(sighting, {kTimer, "ping too late",
                        fmt::format("a Ping after at most {} s of silence, the ConnectionTimeout",
                                    out.timeout_s),
                        fmt::format("a Ping after {} of silence", seconds_text(silent_ns))});
    }
  }

  std::map<std::uint32_t, Out> outs_;  // by number of the connection
};

}  // namespace

std::unique_ptr<Monitor> make_ping_monitor() {
  return std::make_unique<PingMonitor>();
}

}  // namespace rpchspec::reports
