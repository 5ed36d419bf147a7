// How a proxy closes channels, and what it chooses while OUT is recycled.

#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::uint32_t kSizeWithVersion = 56;  // of OUT_R2/A8

/// One virtual connection, and the recycling of its OUT channel.
struct OutRecycling {
  bool opened = false;   // CONN/C2 came to the client
  bool begun = false;    // the server asked for it
  bool b3 = false;       // on the predecessor, and no 200 since
  bool success = false;  // on a successor, and no OUT_R2/B3 since
  bool is_r1 = false;
};

class ChannelChoices final : public ChoiceObserver {
 public:
  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (event.source() == v1::UPSTREAM || event.source() == v1::HARNESS) {
      return;
    }
    if (event.has_pdu()) {
      carried_.insert(event.connection());
      on_pdu(sighting);
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED) && event.has_head()) {
      on_head(sighting);
    } else if (event.has_ended() && sighting.connection != nullptr) {
      on_end(sighting);
    }
  }

 private:
  void on_pdu(Sighting const& sighting) {
    auto const& pdu = sighting.event.pdu();
    auto& recycling = sessions_[sighting.vc()];
    if (sighting.is(v1::SERVER, v1::RECEIVED)) {
      recycling.is_r1 = recycling.is_r1 || goes_by(pdu, "OUT_R1/A4");
      if (goes_by(pdu, "OUT_R2/A8") && recycling.begun && !recycling.is_r1) {
        chose("out-r2-a8", pdu.size() == kSizeWithVersion ? "with Version" : "without Version");
      }
    } else if (sighting.is(v1::SERVER, v1::SENT)) {
      recycling.begun = recycling.begun || goes_by(pdu, "OUT_R2/A1");
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED)) {
      recycling.opened = recycling.opened || goes_by(pdu, "CONN/C2");
      if (goes_by(pdu, "OUT_R2/B3")) {
        if (recycling.success) {
          in_order(recycling, "200 before OUT_R2/B3");
        } else {
          recycling.b3 = true;
        }
      } else if (goes_by(pdu, "OUT_R2/A2")) {
        recycling.b3 = recycling.success = false;  // another turn
      }
    }
  }

  /// AMB-13: on two connections, so that it is only how they came here.
  void on_head(Sighting const& sighting) {
    auto const* const connection = sighting.connection;
    if (connection == nullptr || sighting.leg() != v1::OUT || connection->ordinal < 2 ||
        sighting.event.head().status() != 200) {
      return;
    }
    auto& recycling = sessions_[sighting.vc()];
    if (recycling.b3) {
      in_order(recycling, "OUT_R2/B3 before 200");
    } else {
      recycling.success = true;
    }
  }

  void in_order(OutRecycling& recycling, std::string words) {
    recycling.b3 = recycling.success = false;
    chose("out-r2-order", std::move(words));
  }

  /// Of channels that the proxy ended before we did.
  void on_end(Sighting const& sighting) {
    auto const& connection = *sighting.connection;
    auto const ending = sighting.event.ended().ending();
    bool const closes = ending == v1::FIN || ending == v1::RST || ending == v1::TLS_CLOSE_NOTIFY ||
                        ending == v1::TLS_TRUNCATED;
    if (!closes || !connection.by_peer || connection.by_us ||
        !carried_.contains(sighting.event.connection()) || !sessions_[sighting.vc()].opened) {
      return;
    }
    chose(sighting.event.source() == v1::CLIENT ? "close-to-client" : "close-to-server",
          "by " + std::string(name_of(ending)));
  }

  std::set<std::uint32_t> carried_;  // connections with a PDU
  std::map<std::uint32_t, OutRecycling> sessions_;
};

}  // namespace

std::unique_ptr<ChoiceObserver> make_channel_choices() {
  return std::make_unique<ChannelChoices>();
}

}  // namespace rpchspec::reports
