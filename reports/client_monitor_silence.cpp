// A client says something on IN at least once in its connection timeout (MS-RPCH 3.2.2.6.1), by a
// Ping where it has nothing else; Windows' own may be silent for half a timeout more (latitude.md).

#include <algorithm>

#include <fmt/format.h>

#include "reports/client_monitor.hpp"
#include "reports/client_sessions.hpp"
#include "reports/matching.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kPing = "RPCH-3.2.2.6.1-01";
constexpr double kTolerance = 1.5;  // of the timeout, and
constexpr double kSlack = 5;        // seconds on top

struct Silence {
  double timeout_s = 0;  // 0: CONN/C2 was not sent
  std::uint64_t last_ns = 0;
  bool disturbed = false;  // a fault of ours may have held back what it sent
};

class SilenceMonitor final : public ClientMonitor {
 public:
  [[nodiscard]] std::vector<std::string_view> requirements() const override { return {kPing}; }

  void on_event(ClientSighting const& sighting) override {
    auto const& event = sighting.event;
    auto* const silence = sessions_.of(sighting);
    if (silence == nullptr) {
      return;
    }
    if (event.has_fault()) {
      silence->disturbed = true;
    } else if (event.has_pdu() && !sighting.received()) {
      on_sent(event, *silence);
    } else if (sighting.received() && (event.has_pdu() || event.has_ended()) &&
               sighting.connection.request == ClientRequestKind::in_channel) {
      check(sighting, *silence);
      silence->last_ns = event.at_ns();
    }
  }

  void on_gone(ClientConnection const& connection, std::uint64_t) override {
    sessions_.on_gone(connection);
  }

 private:
  static void on_sent(v1::Event const& event, Silence& silence) {
    for (auto const* const name : {"CONN/A3", "CONN/C2"}) {
      if (goes_by(event.pdu(), name)) {
        auto const ms = number(field_of(event.pdu(), name, "ConnectionTimeout").value_or(""));
        silence.timeout_s = std::max(silence.timeout_s, static_cast<double>(ms.value_or(0)) / 1000);
        silence.last_ns = std::max(silence.last_ns, event.at_ns());
      }
    }
  }

  void check(ClientSighting const& at, Silence const& silence) {
    auto const silent_s = static_cast<double>(at.event.at_ns() - silence.last_ns) / 1e9;
    if (silence.timeout_s == 0 || silence.disturbed || silent_s < silence.timeout_s / 2) {
      return;  // nothing was due
    }
    judge(at, kPing, silent_s <= silence.timeout_s * kTolerance + kSlack, [&] {
      return ClientWords{
          "no Ping",
          fmt::format("a Ping on IN within the connection timeout, {} s", silence.timeout_s),
          fmt::format("nothing for {:.1f} s", silent_s)};
    });
  }

  ClientSessions<Silence> sessions_;
};

}  // namespace

std::unique_ptr<ClientMonitor> make_client_silence_monitor() {
  return std::make_unique<SilenceMonitor>();
}

}  // namespace rpchspec::reports
