// How a peer's clock has to be corrected so that nothing comes before what it comes of. Private to
// the folder.

#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "journal/consequences.hpp"
#include "journal/journal.pb.h"

namespace rpchspec::journal {

/// Sees all events of our half, then all of the peer's, and says then when those were.
///
/// All times are ours, as far as the clock is known. None is moved by more than the clock's error:
/// what can't be so within it the proxy is to blame for, and it stays to be seen.
class Causality {
 public:
  explicit Causality(std::uint64_t error_ns) : error_ns_(static_cast<std::int64_t>(error_ns)) {}

  /// @param at_ns  no less than that of the event before it, of the same half.
  void add_ours(v1::Event const& event, std::int64_t at_ns);
  void add_peers(v1::Event const& event, std::int64_t at_ns);

  /// Both halves were seen.
  void conclude();

  /// By how much all of the peer's times are moved, beside what single ones need.
  [[nodiscard]] std::int64_t shift() const { return shift_; }

  /// When the peer's record with this number, from 0, was, which its clock puts at `at_ns`.
  [[nodiscard]] std::int64_t corrected(std::uint64_t record, std::int64_t at_ns) const;

 private:
  /// Our end of a thread.
  struct Moment {
    std::uint64_t number = 0;
    std::int64_t at_ns = 0;
  };

  struct Bound {
    std::uint64_t record = 0;  // of the peer, which comes no earlier, or no later
    std::int64_t at_ns = 0;    // than this
    std::int64_t by_ns = 0;    // that is what its clock would have to be moved by
    bool is_certain = false;
  };

  using Bounds = std::vector<Bound>;

  struct Range {
    std::int64_t from = std::numeric_limits<std::int64_t>::min();
    std::int64_t to = std::numeric_limits<std::int64_t>::max();
  };

  /// What single records are held to, and so those around them.
  class Limits {
   public:
    Limits() = default;
    Limits(Bounds no_earlier, Bounds no_later);

    [[nodiscard]] Range of(std::uint64_t record) const;

   private:
    Bounds no_earlier_;
    Bounds no_later_;
  };

  enum class Trust { certain, likely };

  void meet(Knot const& knot, std::int64_t at_ns);
  void choose_shift();
  [[nodiscard]] Range room(Trust trust) const;

  std::int64_t error_ns_;
  Consequences of_ours_;
  Consequences of_peers_;
  std::map<std::pair<Thread, bool>, std::vector<Moment>> ours_;  // by whether they are effects
  std::map<Thread, std::uint64_t> last_cause_;                   // of the peer
  std::size_t kept_ = 0;                                         // moments
  std::uint64_t records_ = 0;                                    // of the peer, so far
  Bounds no_earlier_;
  Bounds no_later_;
  Limits certain_;
  Limits likely_;
  std::int64_t shift_ = 0;
};

}  // namespace rpchspec::journal
