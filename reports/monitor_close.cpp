// A channel, or a v1 session, ends on both of its legs (3.2.3.5.10, 3.2.4.5.14, 3.1.2.5.3).
//
// Judged only where silence is long: whatever its cause, ten seconds after one leg of a virtual
// channel ended the other has, too, and nothing comes on it any more.

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "reports/matching.hpp"
#include "reports/monitor.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kInClient = "RPCH-3.2.3.5.10-02";
constexpr std::string_view kOutClient = "RPCH-3.2.4.5.14-02";
constexpr std::string_view kMixedClient = "RPCH-3.1.2.5.3-02";

/// The two legs of a virtual channel.
struct Channel {
  std::uint32_t client = 0;  // newest connection
  std::uint32_t server = 0;
  bool several = false;  // recycled, or opened twice: which belongs to which is not known
};

class CloseMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "close"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kInClient, kOutClient, kMixedClient};
  }

  void on_event(Sighting const& sighting) override {
    now_ns_ = std::max(now_ns_, sighting.event.at_ns());
    auto const* connection = sighting.connection;
    if (connection == nullptr || connection->leg == v1::LEG_UNKNOWN ||
        connection->virtual_connection == 0) {
      return;
    }
    auto& channel = channels_[{connection->virtual_connection, connection->leg}];
    if (connection->source == v1::CLIENT) {
      attach(channel, channel.client, connection->number);
    } else if (connection->source == v1::SERVER) {
      attach(channel, channel.server, connection->number);
    }
    if (sighting.event.has_pdu() && sighting.is(v1::SERVER, v1::RECEIVED)) {
      check_sent_after(sighting, channel);
    }
  }

  void finish(Surroundings const& around) override {
    for (auto const& [key, channel] : channels_) {
      auto const* client = around.table.find(channel.client);
      auto const* server = around.table.find(channel.server);
      if (channel.several || client == nullptr || server == nullptr || around.disturbed) {
        continue;
      }
      auto const closed = gone_at(*client);
      if (!closed) {
        continue;
      }
      auto const ended = std::min(first_end(*server), now_ns_);
      if (ended > *closed + around.patience_to_close_ns()) {
        object(*closed, leg_name(v1::SERVER, key.second),
               {requirement_of(key.second), "left open",
                "the leg to the server ends when the client's does",
                fmt::format("the client's leg ended at {}, the server's was still open at {}",
                            seconds_text(*closed), seconds_text(ended))});
      }
    }
  }

 private:
  static std::string_view requirement_of(v1::Leg leg) {
    return leg == v1::IN ? kInClient : leg == v1::OUT ? kOutClient : kMixedClient;
  }

  static void attach(Channel& channel, std::uint32_t& slot, std::uint32_t number) {
    channel.several = channel.several || (slot != 0 && slot != number);
    slot = number;
  }

  /// When the client's leg was over for certain: the proxy ended it, or we reset it.
  static std::optional<std::uint64_t> gone_at(Connection const& client) {
    if (client.by_peer) {
      return client.by_peer->at_ns;
    }
    bool const reset = client.by_us && client.by_us->ending == v1::RST;
    return reset ? std::optional(client.by_us->at_ns) : std::nullopt;
  }

  static std::uint64_t first_end(Connection const& server) {
    auto at = ~std::uint64_t{0};
    for (auto const* end : {&server.by_peer, &server.by_us}) {
      at = *end ? std::min(at, (*end)->at_ns) : at;
    }
    return at;
  }

  void check_sent_after(Sighting const& sighting, Channel const& channel) {
    auto const* client = sighting.around.table.find(channel.client);
    if (channel.several || client == nullptr || sighting.around.disturbed) {
      return;
    }
    auto const closed = gone_at(*client);
    auto const patience = sighting.around.patience_to_close_ns();
    if (closed && sighting.event.at_ns() > *closed + patience) {
      object(sighting, {requirement_of(sighting.leg()), "sent after the end",
                        "nothing on the leg to the server after the client's leg ended",
                        fmt::format("{}, {} after the client's leg ended", pdu_name(sighting.event),
                                    seconds_text(sighting.event.at_ns() - *closed))});
    }
  }

  std::map<std::pair<std::uint32_t, v1::Leg>, Channel> channels_;
  std::uint64_t now_ns_ = 0;
};

}  // namespace

std::unique_ptr<Monitor> make_close_monitor() {
  return std::make_unique<CloseMonitor>();
}

}  // namespace rpchspec::reports
