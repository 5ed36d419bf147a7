// Payload stays in its virtual connection, on its way, and is what it was (RPCH-3.2.4.5.2-03,
// RPCH-3.2.3.5.2-03).

#include <fmt/format.h>

#include "journal/payload.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kUnchanged = "RPCH-1.3.4-01";
constexpr std::string_view kFromClient = "RPCH-3.2.3.5.2-03";
constexpr std::string_view kFromServer = "RPCH-3.2.4.5.2-03";
constexpr std::size_t kStub = 24;  // of request and response

class CrossTalkMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "cross-talk"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kUnchanged, kFromClient, kFromServer};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (event.direction() == v1::SENT || sighting.leg() == v1::LEG_UNKNOWN) {
      return;
    }
    if (event.has_mismatch()) {
      object(sighting, {kUnchanged, "payload changed", "payload as it was sent",
                        fmt::format("payload differs at offset {} ({})", event.mismatch().offset(),
                                    event.mismatch().detail())});
    } else if (event.has_pdu() && (event.pdu().ptype() == 0 || event.pdu().ptype() == 2)) {
      check_mark(sighting);
    }
  }

 private:
  void check_mark(Sighting const& sighting) {
    auto const prefix = as_bytes(sighting.event.pdu().prefix());
    if (prefix.size() < kStub + journal::kPayloadMarkSize) {
      return;
    }
    auto const mark = journal::payload_position(prefix.subspan(kStub));
    if (!mark) {
      return;
    }
    auto const at_client = sighting.event.source() == v1::CLIENT;
    bool const out = sighting.leg() == v1::MIXED ? at_client : sighting.leg() == v1::OUT;
    if (mark->virtual_connection != sighting.vc() || mark->out != out) {
      object(sighting, {out ? kFromServer : kFromClient, "payload of another channel",
                        fmt::format("payload of virtual connection {}, {}", sighting.vc(),
                                    out ? "OUT" : "IN"),
                        fmt::format("payload of virtual connection {}, {}",
                                    mark->virtual_connection, mark->out ? "OUT" : "IN")});
    }
  }
};

}  // namespace

std::unique_ptr<Monitor> make_cross_talk_monitor() {
  return std::make_unique<CrossTalkMonitor>();
}

}  // namespace rpchspec::reports
