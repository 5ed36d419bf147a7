// What has happened in a case, for expectations that are only made while it goes on.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "journal/journal.pb.h"
#include "reports/expectation.hpp"

namespace rpchspec::engine {

/// Numbers events from 1 and keeps them: connections and parameters as long as it lives, of PDUs,
/// heads and steps the last 16 MiB. Single-threaded.
class Past {
 public:
  void add(journal::v1::Event const& event);

  /// Shows all of it to a watch that counts what comes behind event number `from`; 0: everything.
  /// Of what came before it is shown only what says which connections there are.
  /// @return the number of the event that satisfied it; 0: none did yet.
  [[nodiscard]] std::uint64_t show(reports::ExpectationWatch& watch, std::uint64_t from) const;

  /// The number of the last event.
  [[nodiscard]] std::uint64_t last() const { return last_; }

  /// The first event that is kept whole.
  [[nodiscard]] std::uint64_t oldest() const { return rest_.empty() ? 0 : rest_.front().number; }

 private:
  struct Kept {
    std::uint64_t number = 0;
    journal::v1::Event event;
    std::size_t size = 0;
  };

  std::deque<Kept> state_;  // heads without their text
  std::deque<Kept> rest_;
  std::size_t rest_size_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace rpchspec::engine
