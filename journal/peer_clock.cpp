#include "journal/peer_clock.hpp"

#include <algorithm>

namespace rpchspec::journal {
namespace {

constexpr std::int64_t kApart = 1'000'000'000;  // ns; closer samples say nothing of a drift

std::uint64_t error_of(ClockSample const& sample) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(sample.way_ns(), 0) / 2);
}

}  // namespace

PeerClock::PeerClock(ClockSample const& at)
    : offset_ns_(at.offset_ns()), base_ns_(at.peer_ns), error_ns_(error_of(at)) {}

PeerClock::PeerClock(ClockSample const& at, ClockSample const& later)
    : PeerClock(later.way_ns() < at.way_ns() ? later : at) {
  auto const apart = later.peer_ns - at.peer_ns;
  if (apart < kApart) {
    return;
  }
  offset_ns_ = at.offset_ns();
  base_ns_ = at.peer_ns;
  drift_ = static_cast<double>(later.offset_ns() - at.offset_ns()) / static_cast<double>(apart);
  error_ns_ = std::max(error_of(at), error_of(later));
}

std::int64_t PeerClock::ours(std::int64_t peer_ns) const {
  auto const drifted = drift_ * static_cast<double>(peer_ns - base_ns_);
  return peer_ns + offset_ns_ + static_cast<std::int64_t>(drifted);
}

PeerClock PeerClock::moved(std::int64_t by_ns) const {
  auto clock = *this;
  clock.offset_ns_ += by_ns;
  return clock;
}

void ClockSamples::add(ClockSample const& sample) {
  auto& of = ended_ ? last_ : first_;
  if (!of || sample.way_ns() < of->way_ns()) {
    of = sample;
  }
}

PeerClock ClockSamples::clock() const {
  if (first_ && last_) {
    return {*first_, *last_};
  }
  return first_ ? PeerClock(*first_) : last_ ? PeerClock(*last_) : PeerClock();
}

}  // namespace rpchspec::journal
