#include "harness/engine/run_clock.hpp"

#include <cstdlib>

namespace rpchspec::engine {
namespace {

constexpr std::int64_t kSpan = 250'000'000;  // ns
constexpr std::size_t kMostSpans = 1024;
constexpr std::int64_t kDriftOneIn = 20'000;  // 50 millionths, between two clocks

/// As one that was asked at `at_ns`: with what may have changed until then, both ways.
journal::ClockSample moved_to(journal::ClockSample sample, std::int64_t at_ns) {
  auto const by = at_ns - sample.asked_ns;
  auto const drift = std::abs(by) / kDriftOneIn;
  sample.asked_ns += by - drift;
  sample.peer_ns += by;
  sample.answered_ns += by + drift;
  return sample;
}

}  // namespace

void RunClock::add(journal::ClockSample const& sample) {
  std::lock_guard const lock(mutex_);
  auto const [known, is_new] = best_.try_emplace(sample.asked_ns / kSpan, sample);
  if (!is_new && sample.way_ns() < known->second.way_ns()) {
    known->second = sample;
  }
  if (best_.size() > kMostSpans) {
    best_.erase(best_.begin());
  }
}

std::optional<journal::ClockSample> RunClock::best(std::int64_t at_ns) const {
  std::lock_guard const lock(mutex_);
  std::optional<journal::ClockSample> best;
  for (auto const& [span, sample] : best_) {
    auto const here = moved_to(sample, at_ns);
    if (!best || here.way_ns() < best->way_ns()) {
      best = here;
    }
  }
  return best;
}

}  // namespace rpchspec::engine
