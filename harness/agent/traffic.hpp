// What passes through a fixture: its events, and the connections that are open.

#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/agent/event_ring.hpp"
#include "net/event.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::agent {

/// Fed by a recorder's listener. Single-threaded.
class Traffic {
 public:
  explicit Traffic(net::Executor executor) : changed_(std::move(executor)) {}

  /// 1, 2, 3, ... for virtual connection cookies as they come, the same at both ends. Of the last
  /// 65536; one that was forgotten gets a new number.
  [[nodiscard]] std::uint32_t number_of(VirtualConnectionCookie const& cookie);

  void on_event(journal::v1::Event const& event);

  [[nodiscard]] EventRing& events() { return ring_; }

  /// Open ones, by number. @param now_ns  since the recorder's start.
  [[nodiscard]] api::Connections connections(std::uint64_t now_ns) const;

  /// Notified after every event.
  [[nodiscard]] net::Event& changed() { return changed_; }

 private:
  struct Open {
    api::Connection connection;
    journal::v1::Source source = journal::v1::HARNESS;
    std::uint64_t opened_ns = 0;
    bool received_end = false;
    bool sent_end = false;
  };

  static void name_leg(Open& open, journal::v1::Leg leg);
  void on_ended(journal::v1::Event const& event, Open& open);

  EventRing ring_;
  std::map<std::uint32_t, Open> open_;
  std::map<VirtualConnectionCookie, std::uint32_t> numbers_;
  std::deque<VirtualConnectionCookie> order_;
  std::uint32_t last_number_ = 0;
  net::Event changed_;
};

}  // namespace rpchspec::agent
