// A v1 session: when it is answered, how, and what it carries (2.1.1, 3.1.2.5.1).

#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/monitor.hpp"
#include "reports/monitor_exchange.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kStatusLine = "RPCH-2.1.1.1.2-01";
constexpr std::string_view kOnlyPdus = "RPCH-2.1.1.1.2-02";
constexpr std::string_view kNoCoding = "RPCH-2.1.1.1.4-01";
constexpr std::string_view kPdusWait = "RPCH-3.1.2.5.1-01";
constexpr std::string_view kHeadWaits = "RPCH-3.1.2.5.1-02";
constexpr std::string_view kOneConnection = "RPCH-2.1.1.2-02";
constexpr std::string_view kNoRts = "RPCH-3-04";
constexpr std::uint32_t kRts = 20;

class V1Monitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "v1"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kStatusLine, kOnlyPdus, kNoCoding, kPdusWait, kHeadWaits, kOneConnection, kNoRts};
  }

  void on_event(Sighting const& sighting) override {
    exchanges_.on_event(sighting);
    if (sighting.leg() != v1::MIXED) {
      return;
    }
    if (sighting.event.source() == v1::SERVER) {
      at_server(sighting);
    } else if (sighting.event.has_opened()) {
      sessions_.erase(sighting.vc());
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED)) {
      at_client(sighting);
    }
  }

 private:
  /// One session as its number tells; a client's new connection begins another one.
  struct Session {
    bool greeted = false;       // the server has sent its legacy response
    std::uint32_t carries = 0;  // the server's connection that PDUs came on
  };

  void at_server(Sighting const& sighting) {
    auto const& event = sighting.event;
    auto& session = sessions_[sighting.vc()];
    if (sighting.is(v1::SERVER, v1::SENT) && event.has_raw() &&
        event.raw().is() == "legacy-response") {
      session.greeted = true;
    } else if (sighting.is(v1::SERVER, v1::RECEIVED) && event.has_pdu()) {
      pdu_at_server(sighting, session);
    }
  }

  void pdu_at_server(Sighting const& sighting, Session& session) {
    auto const& event = sighting.event;
    if (!session.greeted) {
      object(sighting, {kPdusWait, "PDU before the legacy response",
                        "no PDU at the server before its legacy response", pdu_name(event)});
    }
    if (event.pdu().ptype() == kRts) {
      object(sighting,
             {kNoRts, "RTS PDU", "no RTS PDU of the proxy's own in a v1 session", pdu_name(event)});
    }
    session.carries = session.carries == 0 ? event.connection() : session.carries;
    if (session.carries != event.connection()) {
      object(sighting, {kOneConnection, "another connection",
                        fmt::format("every PDU on connection {}", session.carries),
                        fmt::format("{} on connection {}", pdu_name(event), event.connection())});
    }
  }

  void at_client(Sighting const& sighting) {
    auto const& event = sighting.event;
    auto const* request = event.has_head() ? exchanges_.answered(event.connection()) : nullptr;
    if (request != nullptr && request->method == "RPC_CONNECT" && request->legal_head &&
        event.head().response() && event.head().status() / 100 == 2) {
      success(sighting);
    } else if (event.has_raw() && opened_.contains(event.connection()) &&
               event.raw().is() != "legacy-response") {
      object(sighting, {kOnlyPdus, "no PDU", "PDUs and nothing else in the response's body",
                        fmt::format("{} bytes of {}", event.raw().size(), event.raw().is())});
    }
  }

  void success(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    opened_.insert(sighting.event.connection());
    if (head.http_version() != 11 || head.reason() != "OK") {
      object(sighting, {kStatusLine, "status line", "\"HTTP/1.1 2xx OK\"",
                        fmt::format("\"{}\"", start_line(head.text()).substr(0, 120))});
    }
    auto const codings = values_of(head.text(), "Transfer-Encoding");
    if (!codings.empty()) {
      object(sighting, {kNoCoding, "transfer coding", "PDUs without delimiters",
                        fmt::format("Transfer-Encoding: {}", codings.front())});
    }
    // A live endpoint's server is not ours to see.
    if (!sessions_[sighting.vc()].greeted && sighting.around.topology != "live") {
      object(sighting,
             {kHeadWaits, "answered too early", "success only after the legacy server response",
              fmt::format("{} before it", head.status())});
    }
  }

  ClientExchanges exchanges_;
  std::map<std::uint32_t, Session> sessions_;  // by virtual connection
  std::set<std::uint32_t> opened_;             // the client's connections that were answered 2xx
};

}  // namespace

std::unique_ptr<Monitor> make_v1_monitor() {
  return std::make_unique<V1Monitor>();
}

}  // namespace rpchspec::reports
