// From a history that fails to a small one that still does (delta debugging).

#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "harness/explore/history.hpp"

namespace rpchspec::explore {

/// Which of the candidates still fail; they are tried side by side. An empty answer ends it.
using StillFail = std::function<std::vector<bool>(std::vector<History> const&)>;

struct ShrinkLimits {
  std::size_t rounds = 12;
  std::size_t candidates = 48;  // of one round
};

/// Takes away moves, halves payloads, forgets what the frame says, as long as it still fails.
/// @param failing  fails as it is; it is what comes back when nothing smaller does.
[[nodiscard]] History shrink(History failing,
                             StillFail const& still_fail,
                             ShrinkLimits limits = {});

/// Smaller is simpler: moves, then what the frame says, then bytes.
[[nodiscard]] std::uint64_t weight(History const& history);

}  // namespace rpchspec::explore
