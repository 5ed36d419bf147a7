// The OUT channel never carries more bytes than its Content-Length announced (2.1.2.1.8), and its
// body is PDUs without anything between them.

#include <map>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kWithinLength = "RPCH-2.1.2.1.8-02";
constexpr std::string_view kBackToBack = "RPCH-2.1.2.1.8-01";

struct Body {
  std::uint64_t length = 0;
  std::uint64_t seen = 0;
};

class LifetimeMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "lifetime"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kWithinLength, kBackToBack};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!sighting.is(v1::CLIENT, v1::RECEIVED) || sighting.leg() != v1::OUT) {
      return;
    }
    if (event.has_head() && event.head().response()) {
      on_head(sighting);
      return;
    }
    auto const body = bodies_.find(event.connection());
    if (body == bodies_.end() || (!event.has_pdu() && !event.has_raw())) {
      return;
    }
    if (event.has_raw() && event.raw().is() == "garbage") {
      object(sighting,
             {kBackToBack, "not PDUs", "PDUs back to back in the body of the OUT response",
              fmt::format("{} bytes that are no PDU", event.raw().size())});
    }
    body->second.seen += event.has_pdu() ? event.pdu().size() : event.raw().size();
    if (body->second.seen > body->second.length) {
      object(sighting, {kWithinLength, "lifetime exceeded",
                        fmt::format("at most {} bytes, its Content-Length", body->second.length),
                        fmt::format("{} bytes in the body", body->second.seen)});
    }
  }

 private:
  void on_head(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    bodies_.erase(sighting.event.connection());
    auto const length = content_length(head.text());
    if (head.status() == 200 && length) {
      bodies_[sighting.event.connection()] = {*length, 0};
    }
  }

  std::map<std::uint32_t, Body> bodies_;
};

}  // namespace

std::unique_ptr<Monitor> make_lifetime_monitor() {
  return std::make_unique<LifetimeMonitor>();
}

}  // namespace rpchspec::reports
