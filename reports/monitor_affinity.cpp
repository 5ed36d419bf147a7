// Behind a front with several upstreams, all channels of a virtual connection come to one of them
// (field.md F55, F77): back ends that share no state see halves of it otherwise.

#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/monitor.hpp"

namespace rpchspec::reports {

namespace v1 = journal::v1;

namespace {

constexpr std::string_view kSuccessor = "FIELD-F55";
constexpr std::string_view kBothChannels = "FIELD-F77";

class AffinityMonitor final : public Monitor {
 public:
  [[nodiscard]] std::string_view name() const override { return "affinity"; }

  [[nodiscard]] std::vector<std::string_view> requirements() const override {
    return {kBothChannels, kSuccessor};
  }

  void on_event(Sighting const& sighting) override {
    auto const& event = sighting.event;
    if (event.has_parameter() && event.parameter().name() == kUpstreams) {
      learn(event.parameter().value());
    } else if (event.source() != v1::UPSTREAM || event.connection() == 0) {
      return;
    } else if (event.has_opened()) {
      upstream_[event.connection()] = upstream_at(event.opened().local());
    } else if (event.has_pdu() && event.direction() == v1::RECEIVED) {
      received(sighting);
    }
  }

 private:
  struct Landed {
    std::string upstream;
    std::string channel;  // that came first
  };

  /// "127.0.0.1:40001 10.0.0.1:8081;..." (kUpstreams).
  void learn(std::string const& value) {
    std::istringstream entries(value);
    for (std::string entry; std::getline(entries, entry, ';');) {
      auto const space = entry.find(' ');
      if (space != entry.npos) {
        known_.emplace_back(entry.substr(0, space), entry.substr(space + 1));
      }
    }
  }

  [[nodiscard]] std::string upstream_at(std::string const& local) const {
    for (auto const& [end, upstream] : known_) {
      if (local.ends_with(end)) {
        return upstream;
      }
    }
    return {};
  }

  /// The first PDU says which virtual connection it is; a shared connection may carry several.
  void received(Sighting const& sighting) {
    auto const& connection = *sighting.connection;
    auto const upstream = upstream_.find(connection.number);
    if (connection.virtual_connection == 0 || upstream == upstream_.end() ||
        upstream->second.empty() ||
        !seen_.insert({connection.number, connection.virtual_connection}).second) {
      return;
    }
    auto const channel = sighting.leg() == v1::IN ? "IN" : "OUT";
    auto const& [home, first] =
        home_.emplace(connection.virtual_connection, Landed{upstream->second, channel})
            .first->second;
    if (home == upstream->second) {
      return;
    }
    auto const seen = fmt::format(
        "{} came to {}, {} to {}", first, home,
        connection.ordinal > 1 ? fmt::format("a successor of {}", channel) : std::string(channel),
        upstream->second);
    if (connection.ordinal > 1) {
      object(sighting, {kSuccessor, "elsewhere",
                        "a successor comes to the upstream that has the virtual connection", seen});
    } else {
      object(sighting, {kBothChannels, "apart",
                        "both channels of a virtual connection come to one upstream", seen});
    }
  }

  std::vector<std::pair<std::string, std::string>> known_;
  std::map<std::uint32_t, std::string> upstream_;  // by connection
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen_;
  std::map<std::uint32_t, Landed> home_;  // by virtual connection
};

}  // namespace

std::unique_ptr<Monitor> make_affinity_monitor() {
  return std::make_unique<AffinityMonitor>();
}

}  // namespace rpchspec::reports
