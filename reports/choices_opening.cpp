// What a proxy chooses while a virtual connection opens: whose values, which address order, when it
// connects to the server.

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "protocol/wire/client_address.hpp"
#include "reports/choices.hpp"
#include "reports/http_head.hpp"
#include "reports/matching.hpp"
#include "reports/monitor_exchange.hpp"
#include "reports/pdu_text.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::uint64_t kTold = 300'000'000;     // ns between head and PDU that tell them apart
constexpr std::uint64_t kApart = 50'000'000;     // ns that order what two ends saw
constexpr std::uint64_t kLeastLength = 131'072;  // of a channel

struct FirstPdu {
  std::optional<std::uint64_t> head_ns;
  std::optional<std::uint64_t> sent_ns;
};

/// One virtual connection.
struct Opening {
  std::map<std::string, v1::Pdu> pdus;
  std::map<v1::Leg, FirstPdu> first;
  std::string client_address;
  bool asks_for_timeout = false;  // MinConnTimeout: then the ConnectionTimeout is the client's

  [[nodiscard]] std::optional<std::string> value(std::string const& pdu,
                                                 std::string_view field) const {
    auto const found = pdus.find(pdu);
    return found == pdus.end() ? std::nullopt : field_of(found->second, pdu, field);
  }
};

class OpeningChoices final : public ChoiceObserver {
 public:
  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    auto& opening = openings_[sighting.vc()];
    if (event.source() == v1::CLIENT && event.has_opened() && sighting.leg() == v1::IN) {
      opening.client_address = event.opened().local();
    } else if (event.source() == v1::CLIENT && event.has_head()) {
      on_head(sighting, opening);
    } else if (event.has_pdu() && !is_rpc(event.pdu()) && event.source() != v1::UPSTREAM) {
      on_rts(sighting, opening);
    }
  }

  void finish(Surroundings const&) override {
    for (auto const& [vc, opening] : openings_) {
      auto const keepalive = opening.value("CONN/B1", "ClientKeepalive");
      if (keepalive == "0" && !ambiguous_.contains(vc)) {
        chose("keepalive-0", opening.pdus.contains("CONN/B2") ? "taken" : "not taken");
      }
    }
  }

 private:
  void on_head(Sighting const& sighting, Opening& opening) {
    auto const& head = sighting.event.head();
    auto const length = content_length(head.text());
    if (sighting.is(v1::CLIENT, v1::SENT) && !head.response()) {
      opening.first[sighting.leg()] = {sighting.event.at_ns(), std::nullopt};
      opening.asks_for_timeout = opening.asks_for_timeout ||
                                 to_lower(head.text()).find("minconntimeout") != std::string::npos;
    } else if (sighting.is(v1::CLIENT, v1::RECEIVED) && sighting.leg() == v1::OUT &&
               head.status() == 200 && length.value_or(0) >= kLeastLength) {
      chose("out-length", std::to_string(*length));
    }
  }

  void on_rts(Sighting const& sighting, Opening& opening) {
    auto const& event = sighting.event;
    auto const name = pdu_name(event);
    if (!name.starts_with("CONN/")) {
      return;
    }
    if (!opening.pdus.emplace(name, event.pdu()).second) {
      ambiguous_.insert(sighting.vc());  // a second opening: values of which, is not known
    }
    if (ambiguous_.contains(sighting.vc())) {
      return;
    }
    if (name == "CONN/A1" || name == "CONN/B1") {
      opening.first[sighting.leg()].sent_ns = event.at_ns();
    } else if (name == "CONN/A2") {
      connecting(sighting, opening);
      told(opening, "receive-window", name, "ReceiveWindowSize");
    } else if (name == "CONN/B2") {
      connecting(sighting, opening);
      address(event.pdu(), opening);
    } else if (name == "CONN/A3" && !opening.asks_for_timeout) {
      told(opening, "connection-timeout", name, "ConnectionTimeout");
    } else if (name == "CONN/C2") {
      own_or_copied(opening, "ReceiveWindowSize", {"CONN/A2", "CONN/B2"});
      own_or_copied(opening, "ConnectionTimeout", {"CONN/A3", "CONN/B2"});
    }
  }

  void told(Opening const& opening,
            std::string_view subject,
            std::string const& pdu,
            std::string_view field) {
    if (auto const value = opening.value(pdu, field)) {
      chose(subject, *value + (field == "ConnectionTimeout" ? " ms" : " bytes"));
    }
  }

  /// AMB-09. A proxy can be told from another only where the first PDU comes long after the head.
  void connecting(Sighting const& sighting, Opening const& opening) {
    auto const found = opening.first.find(sighting.leg());
    if (found == opening.first.end() || !found->second.head_ns || !found->second.sent_ns ||
        sighting.connection == nullptr || !sighting.connection->opened) {
      return;
    }
    auto const error = sighting.around.clock_error_ns;
    auto const opened = sighting.connection->opened_at_ns;
    auto const [head, sent] = std::pair(*found->second.head_ns, *found->second.sent_ns);
    if (opened + error >= head && opened + kApart + error < sent) {
      chose("server-connect", "at the request");
    } else if (sent > head + kTold + error && opened + error >= sent) {
      chose("server-connect", "at the first PDU");
    }
  }

  /// AMB-01. Only an address that the client really has says anything: a NAT's does not.
  void address(v1::Pdu const& pdu, Opening const& opening) {
    auto const rts = decoded(pdu);
    auto const* const found = rts ? wire::find<wire::ClientAddressCommand>(*rts) : nullptr;
    auto host = opening.client_address.substr(0, opening.client_address.rfind(':'));
    host = host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
    auto const network = wire::client_address(host, wire::AddressOrder::network);
    auto const reversed = wire::client_address(host, wire::AddressOrder::reversed);
    if (found == nullptr || !network || !reversed || network->address == reversed->address ||
        network->address_type != found->address_type) {
      return;
    }
    auto const* const kind = found->address_type == 0 ? "IPv4" : "IPv6";
    if (found->address == network->address) {
      chose("client-address-order", fmt::format("{} in network order", kind));
    } else if (found->address == reversed->address) {
      chose("client-address-order", fmt::format("{} reversed", kind));
    }
  }

  /// AMB-06. Where C1 has the proxy's own value, nobody can tell.
  void own_or_copied(Opening const& opening,
                     std::string_view field,
                     std::initializer_list<char const*> own) {
    auto const seen = opening.value("CONN/C2", field);
    auto const given = opening.value("CONN/C1", field);
    bool const is_own = std::any_of(
        own.begin(), own.end(), [&](char const* pdu) { return opening.value(pdu, field) == seen; });
    if (seen && given && is_own != (seen == given)) {
      chose("c2-values", fmt::format("{} {}", field, is_own ? "of its own" : "as in CONN/C1"));
    }
  }

  std::map<std::uint32_t, Opening> openings_;
  std::set<std::uint32_t> ambiguous_;
};

}  // namespace

std::unique_ptr<ChoiceObserver> make_opening_choices() {
  return std::make_unique<OpeningChoices>();
}

}  // namespace rpchspec::reports
