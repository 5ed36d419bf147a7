// The last events of a fixture, numbered.

#pragma once

#include <cstdint>
#include <deque>

#include "harness/agent/message.hpp"
#include "journal/journal.pb.h"

namespace rpchspec::agent {

struct RingLimits {
  std::size_t events = 65536;
  std::size_t bytes = std::size_t{32} << 20;  // of their serialised form
};

class EventRing {
 public:
  explicit EventRing(RingLimits limits = {}) : limits_(limits) {}

  /// Its number is next() before the call. The oldest go where a limit is reached.
  void add(journal::v1::Event event);

  /// The number that the next event gets, from 1.
  [[nodiscard]] std::uint64_t next() const { return first_ + kept_.size(); }

  /// Events from number `since` on (0 is 1), at most `limit` of them.
  [[nodiscard]] api::Events since(std::uint64_t since, std::size_t limit) const;

  /// Forgets them all; numbers go on.
  void clear();

 private:
  struct Kept {
    journal::v1::Event event;
    std::size_t bytes = 0;
  };

  void drop_oldest();

  RingLimits limits_;
  std::deque<Kept> kept_;
  std::uint64_t first_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace rpchspec::agent
