// The OUT channel never carries more bytes than its Content-Length announced (2.1.2.1.8), its body
// is PDUs without anything between them, and OUT_R2/B3 or OUT_R1/A10 is the last of them
// (3.2.4.5.8, 3.2.4.5.10).

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
constexpr std::string_view kQueueFirstR1 = "RPCH-3.2.4.5.8-02";
constexpr std::string_view kQueueFirstR2 = "RPCH-3.2.4.5.10-02";
constexpr std::string_view kPingDefault = "RPCH-3.2.4.6-04";
constexpr std::string_view kNothingAfterA10 = "RPCH-3.2.4.5.8-04";
constexpr std::string_view kNothingAfterB3 = "RPCH-3.2.4.5.10-04";

struct Body {
  std::uint64_t length = 0;
  std::uint64_t seen = 0;
  std::string last;  // OUT_R2/B3 or OUT_R1/A10, once it came
};

class LifetimeMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "lifetime"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kWithinLength, kBackToBack,      kQueueFirstR1,  kQueueFirstR2,
            kPingDefault,  kNothingAfterA10, kNothingAfterB3};
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
    if (body != bodies_.end() && (event.has_pdu() || event.has_raw())) {
      on_content(sighting, body->second);
    }
  }

 private:
  void on_head(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    bodies_.erase(sighting.event.connection());
    auto const length = content_length(head.text());
    if (head.status() == 200 && length) {
      bodies_[sighting.event.connection()] = {*length, 0, {}};
    }
  }

  void on_content(Sighting const& sighting, Body& body) {
    auto const& event = sighting.event;
    if (!body.last.empty()) {
      after_the_last(sighting, body);
    } else if (event.has_raw() && event.raw().is() == "garbage") {
      object(sighting,
             {kBackToBack, "not PDUs", "PDUs back to back in the body of the OUT response",
              fmt::format("{} bytes that are no PDU", event.raw().size())});
    }
    body.seen += event.has_pdu() ? event.pdu().size() : event.raw().size();
    if (body.seen > body.length) {
      object(sighting, {kWithinLength, "lifetime exceeded",
                        fmt::format("at most {} bytes, its Content-Length", body.length),
                        fmt::format("{} bytes in the body", body.seen)});
    }
    if (event.has_pdu() && body.last.empty()) {
      auto const name = pdu_name(event);
      body.last = name == "OUT_R2/B3" || name == "OUT_R1/A10" ? name : std::string();
    }
  }

  /// RPC PDUs belong before it and pings to the successor. Other bytes are asked for by a SHOULD
  /// alone: Windows Server 2003 and 2008 send some.
  void after_the_last(Sighting const& sighting, Body const& body) {
    auto const& event = sighting.event;
    bool const r1 = body.last == "OUT_R1/A10";
    bool const is_rpc_pdu = event.has_pdu() && is_rpc(event.pdu()) && event.pdu().ptype() <= kLast;
    bool const is_ping = event.has_pdu() && goes_by(event.pdu(), "Ping");
    auto const id = is_rpc_pdu ? (r1 ? kQueueFirstR1 : kQueueFirstR2)
                    : is_ping  ? kPingDefault
                    : r1       ? kNothingAfterA10
                               : kNothingAfterB3;
    object(sighting,
           {id, is_rpc_pdu ? "RPC PDU after the last" : "bytes after the last",
            fmt::format("nothing on the channel after its {}", body.last),
            event.has_pdu() ? fmt::format("{} of {} bytes", pdu_name(event), event.pdu().size())
                            : fmt::format("{} bytes", event.raw().size())});
  }

  static constexpr std::uint32_t kLast = 19;  // the highest type of an RPC PDU: orphaned

  std::map<std::uint32_t, Body> bodies_;
};

}  // namespace

std::unique_ptr<Monitor> make_lifetime_monitor() {
  return std::make_unique<LifetimeMonitor>();
}

}  // namespace rpchspec::reports
