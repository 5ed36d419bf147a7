// The proxy's acknowledgements: right channel, no more than was sent, no more than its window
// (2.2.3.4, 3.2.1.1.5).

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kReceived = "RPCH-2.2.3.4-01";
constexpr std::string_view kAvailable = "RPCH-2.2.3.4-02";
constexpr std::string_view kCookie = "RPCH-2.2.3.4-03";
constexpr std::string_view kRpcOnly = "RPCH-3.2.1.1.4-01";

/// One hop from a sender of ours to the proxy.
struct Hop {
  std::uint64_t rpc_sent = 0;
  std::uint64_t rts_sent = 0;
  std::uint64_t window = 0;  // 0: not announced
  std::uint64_t acknowledged = 0;
  std::string cookie;
  bool off = false;  // recycling
};

class AckMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "acks"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kReceived, kAvailable, kCookie, kRpcOnly};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (!event.has_pdu()) {
      return;
    }
    auto& in = hops_[{sighting.vc(), v1::IN}];    // client to inbound proxy
    auto& out = hops_[{sighting.vc(), v1::OUT}];  // server to outbound proxy
    bool const by_client = sighting.is(v1::CLIENT, v1::SENT);
    if (by_client || sighting.is(v1::SERVER, v1::SENT)) {
      on_sent(sighting, by_client, in, out);
    } else if (sighting.is(v1::SERVER, v1::RECEIVED) && !is_rpc(event.pdu())) {
      on_received(sighting, in, out);
    }
  }

 private:
  void on_sent(Sighting const& sighting, bool by_client, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const leg = sighting.leg();
    if (leg == (by_client ? v1::IN : v1::OUT)) {
      auto& hop = by_client ? in : out;
      (is_rpc(pdu) ? hop.rpc_sent : hop.rts_sent) += pdu.size();
    }
    if (is_rpc(pdu)) {
      return;
    }
    auto const name = pdu_name(sighting.event);
    if (by_client && name == "CONN/B1") {
      in = {};  // a channel of its own, also where the number of the connection comes again
      in.cookie = field_of(pdu, name, "INChannelCookie").value_or("");
    } else if (by_client && name == "CONN/A1") {
      out = {};
      out.cookie = field_of(pdu, name, "OUTChannelCookie").value_or("");
    }
    in.off = in.off || name.substr(0, 3) == "IN_";
    out.off = out.off || name.substr(0, 4) == "OUT_";
    if (by_client) {
      acks_of_client_.insert(pdu.digest());
    }
  }

  void on_received(Sighting const& sighting, Hop& in, Hop& out) {
    auto const& pdu = sighting.event.pdu();
    auto const name = pdu_name(sighting.event);
    if (name == "CONN/A2" || name == "CONN/B2") {
      auto const window = field_of(pdu, name, "ReceiveWindowSize").value_or("0");
      (name == "CONN/A2" ? out : in).window = std::strtoull(window.c_str(), nullptr, 10);
      return;
    }
    auto const rts = decoded(pdu);
    auto const* ack = rts ? wire::find<wire::FlowControlAckCommand>(*rts) : nullptr;
    if (ack == nullptr || acks_of_client_.count(pdu.digest()) != 0) {
      return;  // the client's own, on its way to the outbound proxy
    }
    judge(sighting, *ack, sighting.leg() == v1::IN ? in : out);
  }

  void judge(Sighting const& sighting, wire::FlowControlAckCommand const& ack, Hop& hop) {
    if (hop.off) {
      return;
    }
    if (!hop.cookie.empty() && hop.cookie != to_hex(ack.channel_cookie)) {
      object(sighting, {kCookie, "wrong cookie", "the cookie of the channel, " + hop.cookie,
                        "cookie " + to_hex(ack.channel_cookie)});
    }
    auto const received = std::uint64_t{ack.bytes_received.value};
    if (received > hop.rpc_sent) {
      bool const counts_rts = received <= hop.rpc_sent + hop.rts_sent;
      object(sighting,
             {counts_rts ? kRpcOnly : kReceived, "more than was sent",
              fmt::format("BytesReceived of at most {}, the RPC bytes sent", hop.rpc_sent),
              fmt::format("BytesReceived {}", received)});
    } else if (received < hop.acknowledged) {
      object(sighting, {kReceived, "less than before",
                        fmt::format("BytesReceived of at least {}, as before", hop.acknowledged),
                        fmt::format("BytesReceived {}", received)});
    }
    hop.acknowledged = std::max(hop.acknowledged, received);
    if (hop.window != 0 && ack.available_window.value > hop.window) {
      object(sighting, {kAvailable, "larger than the window",
                        fmt::format("AvailableWindow of at most {}, the window", hop.window),
                        fmt::format("AvailableWindow {}", ack.available_window.value)});
    }
  }

  std::map<std::pair<std::uint32_t, v1::Leg>, Hop> hops_;
  std::set<std::uint64_t> acks_of_client_;
};

}  // namespace

std::unique_ptr<Monitor> make_ack_monitor() {
  return std::make_unique<AckMonitor>();
}

}  // namespace rpchspec::reports
