// How a client opens a virtual connection: cookies, and that nothing but RTS PDUs goes before
// CONN/C2 (MS-RPCH 2.2.3.1, 3.2.2.4.1.2, 3.2.2.5.4).

#include <algorithm>
#include <deque>

#include "reports/client_monitor.hpp"
#include "reports/client_sessions.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace {

constexpr std::string_view kOrder = "RPCH-3.2.2.4.1.2-01";
constexpr std::string_view kRandom = "RPCH-2.2.3.1-01";
constexpr std::size_t kCookiesKept = 4096;

struct Opening {
  bool seen_whole = false;  // from CONN/A1 on
  bool told = false;        // CONN/C2 was sent
};

class OpeningMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kOrder, kRandom};
  }

  void on_event(ClientSighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu()) {
      return;
    }
    auto* const opening = sessions_.of(sighting);
    if (opening == nullptr) {
      return;
    }
    auto const& pdu = event.pdu();
    auto const request = sighting.connection.request;
    if (sighting.received() && goes_by(pdu, "CONN/A1")) {
      *opening = {true, false};
      on_cookie(sighting);
    } else if (!sighting.received() && goes_by(pdu, "CONN/C2")) {
      opening->told = true;
    } else if (sighting.received() && is_rpc(pdu) && request == ClientRequestKind::in_channel &&
               opening->seen_whole) {
      judge(sighting, kOrder, opening->told, [&] {
        return ClientWords{"RPC PDU before CONN/C2", "RPC PDUs after CONN/C2 only",
                           pdu_name(event) + " before CONN/C2 was sent"};
      });
    }
  }

  void on_gone(ClientConnection const& connection, std::uint64_t) override {
    sessions_.on_gone(connection);
  }

 private:
  void on_cookie(ClientSighting const& at) {
    auto const cookie =
        field_of(at.event.pdu(), "CONN/A1", "VirtualConnectionCookie").value_or(std::string());
    auto const is_zero = cookie.find_first_not_of('0') == std::string::npos;
    auto const is_known = std::ranges::find(seen_, cookie) != seen_.end();
    judge(at, kRandom, !is_zero && !is_known, [&] {
      return ClientWords{
          is_known ? "a cookie twice" : "cookie of zeros",
          "a virtual connection cookie of 16 random bytes",
          is_known ? "the cookie of an earlier virtual connection" : "16 bytes of zeros"};
    });
    seen_.push_back(cookie);
    if (seen_.size() > kCookiesKept) {
      seen_.pop_front();
    }
  }

  ClientSessions<Opening> sessions_;
  std::deque<std::string> seen_;
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_opening_monitor() {
  return std::make_unique<OpeningMonitor>();
}

}  // namespace rpchspec::reports
