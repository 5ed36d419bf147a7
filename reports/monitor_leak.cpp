// After the client's last close no connection to a server stays (3.2.3.5.10, 3.2.4.5.14).
//
// The close monitor watches each virtual channel while the case goes on. This one looks at the end
// of the case, when the client has left altogether, and also at what belongs to no channel that the
// other knows: recycled ones, and connections that never carried a PDU. It is blind where the case
// ends sooner than its patience, which the harness avoids by waiting for what is left.

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "reports/matching.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kIn = "RPCH-3.2.3.5.10-02";
constexpr std::string_view kOut = "RPCH-3.2.4.5.14-02";

std::optional<std::uint64_t> end_of(Connection const& connection) {
  std::optional<std::uint64_t> at;
  for (auto const* end : {&connection.by_peer, &connection.by_us}) {
    if (*end) {
      at = std::min(at.value_or((*end)->at_ns), (*end)->at_ns);
    }
  }
  return at;
}

class LeakMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "leaks"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override { return {kIn, kOut}; }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    now_ns_ = std::max(now_ns_, event.at_ns());
    if (event.has_note() && event.note().text() == kClientLeft) {
      left_ns_ = event.at_ns();
    }
    complete_ = complete_ || (event.has_finished() && !event.finished().interrupted());
  }

  void finish(Surroundings const& around) override {
    // Behind an HTTP front the proxy is ours, and how long the front keeps a connection its own.
    bool const judged = around.topology == "embedded" || around.topology == "rpc-proxy" ||
                        around.topology == "split";
    if (!judged || !complete_ || around.disturbed || !left_ns_) {
      return;
    }
    auto const patience = around.patience_to_close_ns();
    for (auto const& [number, connection] : around.table.all()) {
      auto const ended = std::min(end_of(connection).value_or(now_ns_), now_ns_);
      if (connection.source == v1::SERVER && connection.opened && ended > *left_ns_ + patience) {
        object(*left_ns_, leg_name(v1::SERVER, connection.leg),
               {connection.leg == v1::OUT ? kOut : kIn, "left open after the last close",
                "no connection to a server after the client's last one was closed",
                fmt::format("the client left at {}, connection {} of the server was still open at "
                            "{}",
                            seconds_text(*left_ns_), number, seconds_text(ended))});
      }
    }
  }

 private:
  std::optional<std::uint64_t> left_ns_;
  std::uint64_t now_ns_ = 0;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Monitor> make_leak_monitor() {
  return std::make_unique<LeakMonitor>();
}

}  // namespace rpchspec::reports
