// By how much a clock may be moved so that nothing arrives before it was sent. Private to the
// folder.

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "journal/journal.pb.h"

namespace rpchspec::journal {

/// Sees the events of both halves, all times in our clock as far as that is known.
class Causality {
 public:
  enum class Side { ours, peers };

  void add(v1::Event const& event, Side side, std::int64_t at_ns);

  /// What to add to the peer's times: the middle of what is possible within `error_ns`. Where a
  /// proxy sends an RTS PDU that it does not have yet, RPC PDUs alone count; where those contradict
  /// the clock, too, 0.
  [[nodiscard]] std::int64_t shift(std::uint64_t error_ns) const;

 private:
  /// When one side sent something, and the other received it.
  struct Passage {
    std::optional<std::int64_t> sent;
    std::optional<std::int64_t> received;
    Side sender = Side::ours;
    bool repeated = false;  // which of the same is which is not known
    bool rts = false;
  };

  /// From and to, in ns; from above to: nothing is possible.
  using Bounds = std::pair<std::int64_t, std::int64_t>;
  [[nodiscard]] Bounds bounds(std::int64_t error_ns, bool with_rts) const;

  void note(Passage& passage, bool sent, Side side, std::int64_t at_ns);

  /// By digest: what the client sends, and what it receives.
  std::array<std::unordered_map<std::uint64_t, Passage>, 2> pdus_;
  /// RTS PDUs of several virtual connections are often alike: by these and digest, too.
  std::array<std::map<std::pair<std::uint32_t, std::uint64_t>, Passage>, 2> rts_pdus_;
  std::map<std::pair<std::uint32_t, int>, Passage> firsts_;  // of the client, on a leg
};

}  // namespace rpchspec::journal
