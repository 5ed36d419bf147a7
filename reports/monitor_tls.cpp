// A regular end over TLS begins with a closure alert (RFC 9112 9.8).

#include <fmt/format.h>

#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kClosureAlert = "HTTP-9112-9.8-01";

class TlsMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "tls-end"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kClosureAlert};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_ended() || event.source() != v1::CLIENT || event.direction() == v1::SENT ||
        event.ended().ending() != v1::TLS_TRUNCATED) {
      return;
    }
    // A reset may end it without an alert, and so may a peer whose own side we cut off.
    if (sighting.connection->by_us) {
      return;
    }
    object(sighting, {kClosureAlert, "no closure alert", "a closure alert, then FIN",
                      fmt::format("FIN without one after {} bytes", event.ended().bytes())});
  }
};

}  // namespace

std::unique_ptr<Monitor> make_tls_monitor() {
  return std::make_unique<TlsMonitor>();
}

}  // namespace rpchspec::reports
