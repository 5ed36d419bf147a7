// RTS PDUs with a Destination are passed on unchanged, those without end at the proxy
// (3.2.1.5.2).

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;
using wire::ForwardDestination;

namespace {

constexpr std::string_view kOnlyWithDestination = "RPCH-3.2.1.5.2-02";
constexpr std::string_view kAckConsumed = "RPCH-3.2.1.5.2-11";
constexpr std::string_view kToClient = "RPCH-3.2.1.5.2-05";
constexpr std::string_view kToServer = "RPCH-3.2.1.5.2-04";
constexpr std::size_t kMost = 4096;

std::optional<ForwardDestination> destination_in(wire::RtsPdu const& pdu) {
  auto const* command = wire::find<wire::DestinationCommand>(pdu);
  return command == nullptr ? std::nullopt : std::optional(command->value);
}

class RoutingMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "routing"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kOnlyWithDestination, kAckConsumed, kToClient, kToServer};
  }

  void on_event(Sighting const& sighting) override {
    if (!sighting.event.has_pdu() || is_rpc(sighting.event.pdu())) {
      return;
    }
    auto const pdu = decoded(sighting.event.pdu());
    if (!pdu) {
      return;
    }
    auto const destination = destination_in(*pdu);
    bool const from_client = sighting.is(v1::CLIENT, v1::SENT);
    if (from_client || sighting.is(v1::SERVER, v1::SENT)) {
      remember(sighting, *pdu, from_client);
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT) {
      at_client(sighting, destination);
    } else if (sighting.is(v1::SERVER, v1::RECEIVED)) {
      at_server(sighting, *pdu, destination);
    }
  }

 private:
  using Sent = std::deque<std::uint64_t>;
  using Cookie = std::array<std::uint8_t, 16>;

  /// The successor that OUT_R*/A7 names, and A8 after it: with Version or without (2.2.4.41).
  static std::optional<Cookie> confirmed(wire::RtsPdu const& pdu) {
    auto const* cookie = wire::find<wire::CookieCommand>(pdu);
    auto const* version = wire::find<wire::VersionCommand>(pdu);
    auto const size = version == nullptr ? 2U : 3U;
    auto const is_it = cookie != nullptr && pdu.commands.size() == size &&
                       destination_in(pdu) == ForwardDestination::FDServer;
    return is_it ? std::optional(cookie->value.bytes) : std::nullopt;
  }

  void remember(Sighting const& sighting, wire::RtsPdu const& pdu, bool from_client) {
    if (auto const cookie = confirmed(pdu); from_client && cookie) {
      confirmed_.insert(*cookie);
    }
    auto& sent = sent_[{sighting.vc(), from_client}];
    sent.push_back(sighting.event.pdu().digest());
    if (sent.size() > kMost) {
      sent.pop_front();
    }
  }

  bool was_sent(Sighting const& sighting, bool by_client) {
    auto const& sent = sent_[{sighting.vc(), by_client}];
    return std::find(sent.begin(), sent.end(), sighting.event.pdu().digest()) != sent.end();
  }

  void at_client(Sighting const& sighting, std::optional<ForwardDestination> destination) {
    bool const from_server = was_sent(sighting, false);
    if (destination == ForwardDestination::FDOutProxy && from_server &&
        goes_by(sighting.event.pdu(), "FlowControlAckWithDestination")) {
      object(sighting,
             {kAckConsumed, "not consumed", "an acknowledgement for the outbound proxy ends there",
              "FlowControlAckWithDestination for FDOutProxy reached the client"});
    } else if (destination == ForwardDestination::FDClient && !from_server) {
      object(sighting,
             {kToClient, "changed", "a PDU for the client is passed on unchanged",
              fmt::format("{} that the server did not send like this", pdu_name(sighting.event))});
    }
  }

  /// Without Destination a PDU concerns the neighbour alone: it never goes on to the server.
  void at_server(Sighting const& sighting,
                 wire::RtsPdu const& decoded,
                 std::optional<ForwardDestination> destination) {
    if (!was_sent(sighting, true)) {
      auto const cookie = confirmed(decoded);
      bool const is_a8 = cookie && confirmed_.contains(*cookie);
      bool const routed = destination == ForwardDestination::FDServer ||
                          destination == ForwardDestination::FDOutProxy;
      if (routed && !is_a8 && sighting.leg() == v1::IN) {
        object(
            sighting,
            {kToServer, "changed", "a PDU for server or outbound proxy is passed on unchanged",
             fmt::format("{} that the client did not send like this", pdu_name(sighting.event))});
      }
      return;
    }
    auto const& pdu = sighting.event.pdu();
    // Forms that the proxy and the client both send tell nothing.
    bool const own = goes_by(pdu, "IN_R1/A6") || goes_by(pdu, "IN_R2/A2") ||
                     goes_by(pdu, "OUT_R2/A4") || goes_by(pdu, "IN_R1/B1");
    if (!destination && !own) {
      object(sighting,
             {kOnlyWithDestination, "passed on", "only RTS PDUs with a Destination are passed on",
              fmt::format("{} without one, sent by the client, reached the server",
                          pdu.kinds().empty() ? "an RTS PDU" : pdu.kinds(0))});
    }
  }

  std::map<std::pair<std::uint32_t, bool>, Sent> sent_;
  std::set<Cookie> confirmed_;
};

}  // namespace

std::unique_ptr<Monitor> make_routing_monitor() {
  return std::make_unique<RoutingMonitor>();
}

}  // namespace rpchspec::reports
