// The echo response (2.1.2.1.6).

#include <set>

#include <fmt/format.h>

#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/monitor_exchange.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kKeepAlive = "RPCH-2.1.2.1.6-02";
constexpr std::string_view kLength = "RPCH-2.1.2.1.6-03";
constexpr std::string_view kType = "RPCH-2.1.2.1.6-04";
constexpr std::string_view kStatus = "RPCH-2.1.2.1.6-05";
constexpr std::string_view kBody = "RPCH-2.1.2.1.6-07";
constexpr std::string_view kEchoPdu = "0500140310000000140000000000000040000000";

class EchoMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "echo"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kKeepAlive, kLength, kType, kStatus, kBody};
  }

  void on_event(Sighting const& sighting) override {
    exchanges_.on_event(sighting);
    auto const& event = sighting.event;
    if (!sighting.is(v1::CLIENT, v1::RECEIVED)) {
      return;
    }
    if (event.has_head() && event.head().response()) {
      waiting_.erase(event.connection());
      auto const* request = exchanges_.answered(event.connection());
      if (request != nullptr && request->is_echo() && request->legal_head &&
          event.head().status() == 200) {
        judge_head(sighting);
        waiting_.insert(event.connection());
      }
    } else if ((event.has_pdu() || event.has_raw()) && waiting_.erase(event.connection()) != 0) {
      auto const body = hex(event.has_pdu() ? event.pdu().prefix() : event.raw().prefix());
      if (body != kEchoPdu) {
        object(sighting, {kBody, "body", fmt::format("the Echo RTS PDU, {}", kEchoPdu),
                          "a body of " + body.substr(0, 80)});
      }
    }
  }

 private:
  void judge_head(Sighting const& sighting) {
    auto const& head = sighting.event.head();
    if (head.reason() != "Success") {
      object(sighting, {kStatus, "status line", "\"200 Success\"",
                        fmt::format("\"{}\"", start_line(head.text()).substr(0, 120))});
    }
    auto const length = content_length(head.text());
    if (length != 20U) {
      object(sighting,
             {kLength, "Content-Length", "Content-Length: 20",
              length ? fmt::format("Content-Length: {}", *length) : "no valid Content-Length"});
    }
    auto const types = values_of(head.text(), "Content-Type");
    if (types.size() != 1 || to_lower(types.front()) != "application/rpc") {
      object(sighting,
             {kType, "Content-Type", "Content-Type: application/rpc",
              types.empty() ? "no Content-Type" : fmt::format("Content-Type: {}", types.front())});
    }
    bool told =
        false;  // also that it ends: the client, or a front between, may have asked for that
    for (auto const value : values_of(head.text(), "Connection")) {
      told = told || glob("*keep-alive*", value, LetterCase::ignored) ||
             glob("*close*", value, LetterCase::ignored);
    }
    if (!told) {
      object(sighting, {kKeepAlive, "Connection", "Connection: Keep-Alive", "none"});
    }
  }

  ClientExchanges exchanges_;
  std::set<std::uint32_t> waiting_;  // connections whose echo body is next
};

}  // namespace

std::unique_ptr<Monitor> make_echo_monitor() {
  return std::make_unique<EchoMonitor>();
}

}  // namespace rpchspec::reports
