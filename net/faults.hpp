// Byte-level faults of one direction of a stream (above TLS).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "net/ending.hpp"
#include "protocol/base/bytes.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::net {

/// Waits before a piece goes on.
struct Delay {
  Duration by;
};

/// `bytes` at a time, one piece every `every`.
struct Drip {
  std::size_t bytes;
  Duration every;
};

/// No faster than this, in pieces of at most a tenth of a second's worth.
struct Throttle {
  std::uint64_t bytes_per_second;
};

/// Pieces of at most `bytes`, each in a system call (and a TLS record) of its own.
struct Split {
  std::size_t bytes;
};

/// Sending: holds bytes back until `bytes` of them are there, or the stream is shut down.
/// Receiving: the same towards the reader.
struct Coalesce {
  std::size_t bytes;
};

/// What follows the position is dropped silently; the stream looks healthy.
struct Truncate {};

/// One byte is XORed with `mask`; repeated every `every` bytes.
struct Corrupt {
  std::uint8_t mask = 0xFF;
  std::uint64_t every = 1;
};

/// Receiving only: nothing is read from the socket; its window fills. For `during`, or for ever.
struct StopReading {
  Duration during = Duration::max();
};

/// Ends the connection, or our direction, at the position: bytes before it are sent first.
struct End {
  CloseHow how = CloseHow::fin;
};

/// Sending only: FIN (after close_notify) at the position; what follows is dropped; reading goes
/// on.
struct HalfClose {};

/// What happens, where it starts, and how often.
struct Fault {
  using What = std::variant<Delay,
                            Drip,
                            Throttle,
                            Split,
                            Coalesce,
                            Truncate,
                            Corrupt,
                            StopReading,
                            End,
                            HalfClose>;

  explicit Fault(What what_, std::uint64_t at_ = 0, std::uint32_t times_ = 1)
      : what(what_), at(at_), times(times_) {}

  What what;
  std::uint64_t at;     // bytes of this direction that pass before it starts, from when it was set
  std::uint32_t times;  // pieces (Corrupt: bytes) it applies to; 0: all that follow
};

/// "delay", "drip", ...: as scenarios spell it.
[[nodiscard]] std::string_view name_of(Fault const& fault);

/// Parameters and position, in words.
[[nodiscard]] std::string describe(Fault const& fault);

/// A fault that began: what the tap is told.
struct AppliedFault {
  std::string name;
  std::string detail;
};

/// What to do with the front of the bytes at hand.
struct FaultStep {
  Duration wait{};                      // before the piece goes on
  std::size_t size = 0;                 // of the piece; 0 without an end: hold back, more is needed
  bool drop = false;                    // the piece is swallowed
  std::optional<CloseHow> end{};        // after the piece
  bool half_close = false;              // after the piece
  std::vector<AppliedFault> applied{};  // those that began with this piece
};

/// Faults of one direction, in the order they were set. No I/O, no clock: decides piece by piece.
class FaultLine {
 public:
  FaultLine() = default;
  explicit FaultLine(std::vector<Fault> faults);

  /// No fault is set that can still apply.
  [[nodiscard]] bool idle() const;

  /// The next step for `at_hand` (not empty), whose first byte Corrupt may change in place. The
  /// piece counts as passed. `last`: nothing follows soon, so Coalesce lets go.
  [[nodiscard]] FaultStep next(MutableByteView at_hand, bool last);

  /// A Coalesce waits for more than what is at hand.
  [[nodiscard]] bool holds_back(std::size_t at_hand, bool last) const;

  /// How long not to read, when StopReading is in force at this position; taken once for each
  /// time. What began is added to `step.applied`.
  [[nodiscard]] std::optional<Duration> stop_reading(FaultStep& step);

  /// How many bytes may be taken off the socket before a StopReading.
  [[nodiscard]] std::uint64_t bytes_before_stop() const;

  /// Bytes that passed since the faults were set.
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  struct Active {
    Fault fault;
    std::uint32_t left;
    bool endless;
    bool told = false;
  };

  [[nodiscard]] static bool spent(Active const& a) { return !a.endless && a.left == 0; }

  static void use(Active& active, FaultStep& step);
  bool ends_here(FaultStep& step);
  [[nodiscard]] std::size_t piece_size(std::size_t at_hand) const;
  void apply(Active& active, MutableByteView at_hand, FaultStep& step);

  std::vector<Active> faults_;
  std::uint64_t position_ = 0;
};

}  // namespace rpchspec::net
