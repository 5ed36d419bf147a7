// The proxy never sends more RPC bytes than its peer's window lets it (3.2.1.1.4, 3.2.1.4.1.3).
//
// Counted from the announcements and acknowledgements alone: bytes that arrived may never exceed
// the largest allowance the receiver had given by then, the window at first, BytesReceived plus
// AvailableWindow of an acknowledgement afterwards.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kStartsAtWindow = "RPCH-3.2.1.3-02";
constexpr std::string_view kAckFormula = "RPCH-3.2.1.5.1.1-02";
constexpr std::string_view kCookie = "RPCH-3.2.1.5.1.2-01";
constexpr std::string_view kPlugged = "RPCH-3.2.3.5.3-07";

/// One hop from the proxy to a receiver of ours.
struct Hop {
  bool known = false;  // the window was announced
  std::uint64_t allowed = 0;
  std::uint64_t with_wrong_cookies = 0;  // what it would be, had the proxy believed these, too
  std::uint64_t received = 0;
  bool acknowledged = false;
  std::string cookie;  // of the channel
  bool off = false;    // recycling: counters may go on or start again
};

class WindowMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "window"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kStartsAtWindow, kAckFormula, kCookie, kPlugged};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu() || event.source() == v1::UPSTREAM) {
      return;
    }
    auto& in = hops_[{sighting.vc(), v1::IN}];
    auto& out = hops_[{sighting.vc(), v1::OUT}];
    if (!is_rpc(event.pdu())) {
      on_rts(sighting, in, out);
    } else if (sighting.is(v1::SERVER, v1::RECEIVED) && sighting.leg() == v1::IN) {
      on_rpc(sighting, in);
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT) {
      on_rpc(sighting, out);
    }
  }

 private:
  static void on_rts(Sighting const& sighting, Hop& in, Hop& out) {
    auto const& event = sighting.event;
    auto const name = pdu_name(event);
    if (name.substr(0, 3) == "IN_") {
      in.off = true;
    } else if (name.substr(0, 4) == "OUT_") {
      out.off = true;
    } else if (sighting.is(v1::CLIENT, v1::SENT) && name == "CONN/A1") {
      announce(event.pdu(), name, out);
      out.cookie = field_of(event.pdu(), name, "OUTChannelCookie").value_or("");
    } else if (sighting.is(v1::CLIENT, v1::SENT) && name == "CONN/B1") {
      in.cookie = field_of(event.pdu(), name, "INChannelCookie").value_or("");
    } else if (sighting.is(v1::SERVER, v1::SENT) && name == "CONN/B3") {
      announce(event.pdu(), name, in);
    } else if (sighting.is(v1::SERVER, v1::SENT)) {
      auto const pdu = decoded(event.pdu());
      auto const* ack = pdu ? wire::find<wire::FlowControlAckCommand>(*pdu) : nullptr;
      if (ack != nullptr) {
        acknowledge(*ack, sighting.leg() == v1::IN ? in : out);
      }
    }
  }

  static void announce(v1::Pdu const& pdu, std::string const& name, Hop& hop) {
    auto const rts = decoded(pdu);
    auto const* window = rts ? wire::find<wire::ReceiveWindowSizeCommand>(*rts) : nullptr;
    if (window == nullptr || name.empty()) {
      return;
    }
    hop.off = hop.off || hop.known;  // a second announcement: not a plain connection any more
    hop.known = true;
    hop.allowed = hop.with_wrong_cookies = window->value.value;
  }

  static void acknowledge(wire::FlowControlAckCommand const& ack, Hop& hop) {
    auto const allowance =
        std::uint64_t{ack.bytes_received.value} + std::uint64_t{ack.available_window.value};
    hop.with_wrong_cookies = std::max(hop.with_wrong_cookies, allowance);
    if (hop.cookie == to_hex(ack.channel_cookie)) {
      hop.allowed = std::max(hop.allowed, allowance);
      hop.acknowledged = true;
    }
  }

  void on_rpc(Sighting const& sighting, Hop& hop) {
    hop.received += sighting.event.pdu().size();
    if (hop.off) {
      return;
    }
    if (!hop.known) {
      if (sighting.leg() == v1::IN) {
        object(
            sighting,
            {kPlugged, "before CONN/B3", "no RPC PDU goes to the server before CONN/B3",
             fmt::format("{} of {} bytes", pdu_name(sighting.event), sighting.event.pdu().size())});
      }
      return;
    }
    if (hop.received <= hop.allowed) {
      return;
    }
    auto const id = hop.received <= hop.with_wrong_cookies ? kCookie
                    : hop.acknowledged                     ? kAckFormula
                                                           : kStartsAtWindow;
    object(sighting, {id, id == kCookie ? "acknowledgement of another channel" : "window exceeded",
                      fmt::format("at most {} bytes of RPC PDUs, by window and acknowledgements",
                                  hop.allowed),
                      fmt::format("{} bytes of RPC PDUs", hop.received)});
  }

  std::map<std::pair<std::uint32_t, v1::Leg>, Hop> hops_;
};

}  // namespace

std::unique_ptr<Monitor> make_window_monitor() {
  return std::make_unique<WindowMonitor>();
}

}  // namespace rpchspec::reports
