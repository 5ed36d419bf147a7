#include "journal/peer_clock.hpp"

#include <gtest/gtest.h>

namespace rpchspec::journal {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSec = 1000 * kMs;

/// What is seen at `ours` of a peer whose clock is `ahead` of ours, over ways of these lengths.
ClockSample asked_at(std::int64_t ours, std::int64_t ahead, std::int64_t there, std::int64_t back) {
  return {ours, ours + there + ahead, ours + there + back};
}

TEST(PeerClock, IsRightWhereBothWaysAreOfOneLength) {
  PeerClock const clock(asked_at(5 * kMs, 700 * kSec, kMs, kMs));
  EXPECT_EQ(clock.ours(700 * kSec + 9 * kMs), 9 * kMs);
  EXPECT_EQ(clock.error_ns(), static_cast<std::uint64_t>(kMs));
}

TEST(PeerClock, IsNeverFurtherOffThanItSays) {
  for (auto const& [there, back] :
       {std::pair{0L, 2 * kMs}, {2 * kMs, 0L}, {3 * kMs, kMs}, {50 * kMs, 51 * kMs}}) {
    PeerClock const clock(asked_at(kSec, -3 * kSec, there, back));
    auto const off = std::abs(clock.ours(-2 * kSec) - kSec);
    EXPECT_LE(static_cast<std::uint64_t>(off), clock.error_ns()) << there << " " << back;
  }
}

TEST(PeerClock, FollowsADriftBetweenTwoMoments) {
  auto const ahead_at = [](std::int64_t ours) { return kSec + ours / 10'000; };  // 100 ppm
  PeerClock const clock(asked_at(0, ahead_at(0), 1000, 1000),
                        asked_at(100 * kSec, ahead_at(100 * kSec), 1000, 1000));
  for (auto const ours : {0L, 20 * kSec, 50 * kSec, 100 * kSec, 120 * kSec}) {
    EXPECT_NEAR(static_cast<double>(clock.ours(ours + ahead_at(ours))), static_cast<double>(ours),
                1000.0);
  }
}

TEST(PeerClock, TakesTheShorterWayOfTwoCloseMoments) {
  PeerClock const clock(asked_at(0, kSec, 40 * kMs, 0), asked_at(500 * kMs, kSec, 1000, 1000));
  EXPECT_EQ(clock.offset_ns(), -kSec);
  EXPECT_EQ(clock.error_ns(), 1000U);
}

TEST(ClockSamples, KeepTheBestOfEachEnd) {
  ClockSamples samples;
  EXPECT_EQ(samples.clock().error_ns(), 0U);
  samples.add(asked_at(0, kSec, 9 * kMs, kMs));
  samples.add(asked_at(20 * kMs, kSec, kMs, kMs));
  samples.add(asked_at(40 * kMs, kSec, 8 * kMs, kMs));
  EXPECT_EQ(samples.clock().error_ns(), static_cast<std::uint64_t>(kMs));
  samples.at_the_end();
  samples.add(asked_at(10 * kSec, kSec + 1000, 3 * kMs, 3 * kMs));
  EXPECT_EQ(samples.clock().error_ns(), static_cast<std::uint64_t>(3 * kMs));
  EXPECT_NEAR(static_cast<double>(samples.clock().ours(11 * kSec + 1000)), 10.0 * kSec, 100.0);
}

}  // namespace
}  // namespace rpchspec::journal
