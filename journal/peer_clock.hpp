// The clock of another machine, as far as questions and answers over a link tell.

#pragma once

#include <cstdint>
#include <optional>

namespace rpchspec::journal {

/// One question and its answer. Nanoseconds; ours since our journal began, the peer's since its
/// own did.
struct ClockSample {
  std::int64_t asked_ns = 0;     // ours, when the question was sent
  std::int64_t peer_ns = 0;      // the peer's, when it answered
  std::int64_t answered_ns = 0;  // ours, when the answer was here

  [[nodiscard]] std::int64_t way_ns() const { return answered_ns - asked_ns; }

  [[nodiscard]] std::int64_t offset_ns() const { return asked_ns + way_ns() / 2 - peer_ns; }
};

/// Turns times of a peer's journal into ours: an offset, and a drift where two moments are known.
class PeerClock {
 public:
  /// The same clock.
  PeerClock() = default;

  /// Known at one moment.
  explicit PeerClock(ClockSample const& at);

  /// Known at two, `later` at least a second after `at`; what is closer together says nothing of
  /// the drift, and the shorter way of the two counts alone.
  PeerClock(ClockSample const& at, ClockSample const& later);

  /// @param peer_ns  since the peer's journal began. @return since ours did; may be below 0.
  [[nodiscard]] std::int64_t ours(std::int64_t peer_ns) const;

  /// The same, moved by `by_ns`.
  [[nodiscard]] PeerClock moved(std::int64_t by_ns) const;

  [[nodiscard]] std::int64_t offset_ns() const { return offset_ns_; }

  /// How far ours() may be off, either way: half of the way there and back.
  [[nodiscard]] std::uint64_t error_ns() const { return error_ns_; }

 private:
  std::int64_t offset_ns_ = 0;  // at base_ns_
  std::int64_t base_ns_ = 0;    // the peer's
  double drift_ = 0;            // of the offset, in ns a ns
  std::uint64_t error_ns_ = 0;
};

/// Collects samples of the two ends of a case, and keeps of each the one with the shortest way.
class ClockSamples {
 public:
  void add(ClockSample const& sample);

  /// The case is over: what is added now belongs to its end.
  void at_the_end() { ended_ = true; }

  /// @return the same clock where there is no sample.
  [[nodiscard]] PeerClock clock() const;

 private:
  std::optional<ClockSample> first_;
  std::optional<ClockSample> last_;
  bool ended_ = false;
};

}  // namespace rpchspec::journal
