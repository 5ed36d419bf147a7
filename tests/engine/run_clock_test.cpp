#include "harness/engine/run_clock.hpp"

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMs;

journal::ClockSample sample_of(std::int64_t asked, std::int64_t way, std::int64_t ahead = 0) {
  return {asked, asked + way / 2 + ahead, asked + way};
}

TEST(RunClock, KnowsNothingAtFirst) {
  RunClock const clock;
  EXPECT_FALSE(clock.best(0));
}

TEST(RunClock, TakesTheShortestWayOfAllCases) {
  RunClock clock;
  clock.add(sample_of(10 * kMs, 8 * kMs, 3));
  clock.add(sample_of(20 * kMs, kMs, 5));
  clock.add(sample_of(30 * kMs, 4 * kMs, 7));
  auto const best = clock.best(20 * kMs);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->way_ns(), kMs);
  EXPECT_EQ(best->offset_ns(), -5);
}

TEST(RunClock, TrustsAShortWayLessTheFartherItIs) {
  RunClock clock;
  clock.add(sample_of(0, kMs));
  clock.add(sample_of(100 * kSecond, 2 * kMs));
  auto const near = clock.best(10 * kSecond);
  ASSERT_TRUE(near);
  EXPECT_EQ(near->way_ns(), 2 * kMs) << "1 ms, and 0.5 ms of drift both ways";
  auto const far = clock.best(100 * kSecond);
  ASSERT_TRUE(far);
  EXPECT_EQ(far->asked_ns, 100 * kSecond);
  EXPECT_EQ(far->way_ns(), 2 * kMs);
}

TEST(RunClock, SpeaksOfTheMomentThatIsAskedFor) {
  RunClock clock;
  clock.add(sample_of(20 * kSecond, 2 * kMs, 7));
  auto const best = clock.best(0);
  ASSERT_TRUE(best);
  EXPECT_EQ(best->offset_ns(), -7);
  EXPECT_EQ(best->way_ns(), 4 * kMs);
  EXPECT_EQ(best->asked_ns, -kMs);
}

TEST(RunClock, LooksBackToTheBeginningOfACase) {
  RunClock clock;
  clock.add(sample_of(0, kMs, 1));
  clock.add(sample_of(100 * kSecond, kMs, 2));
  EXPECT_EQ(clock.best(0)->offset_ns(), -1);
  EXPECT_EQ(clock.best(100 * kSecond)->offset_ns(), -2);
}

TEST(RunClock, ForgetsWhatIsLongAgo) {
  RunClock clock;
  for (std::int64_t i = 0; i < 2000; ++i) {
    clock.add(sample_of(i * kSecond, kMs, i));
  }
  EXPECT_LT(clock.best(0)->offset_ns(), -900);
}

}  // namespace
}  // namespace rpchspec::engine
