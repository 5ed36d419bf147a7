// The legacy server response ends at the proxy (2.1.1.1.2, 3.2.3.5.12, 3.2.4.5.15).

#include <fmt/format.h>

#include "protocol/wire/pdu_stream.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kInbound = "RPCH-3.2.3.5.12-01";
constexpr std::string_view kOutbound = "RPCH-3.2.4.5.15-01";
constexpr std::string_view kMixed = "RPCH-2.1.1.1.2-02";

class LegacyMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "legacy-response"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kInbound, kOutbound, kMixed};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_raw() || !sighting.is(v1::CLIENT, v1::RECEIVED) ||
        event.raw().prefix().find(wire::kLegacyServerResponse) == std::string::npos) {
      return;
    }
    auto const leg = sighting.leg();
    object(sighting, {leg == v1::IN    ? kInbound
                      : leg == v1::OUT ? kOutbound
                                       : kMixed,
                      "relayed", "the legacy server response is not relayed",
                      fmt::format("\"{}\" reached the client", wire::kLegacyServerResponse)});
  }
};

}  // namespace

std::unique_ptr<Monitor> make_legacy_monitor() {
  return std::make_unique<LegacyMonitor>();
}

}  // namespace rpchspec::reports
