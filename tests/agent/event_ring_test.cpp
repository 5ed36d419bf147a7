#include "harness/agent/event_ring.hpp"

#include <gtest/gtest.h>

namespace rpchspec::agent {
namespace {

journal::v1::Event event(std::uint64_t at) {
  journal::v1::Event made;
  made.set_at_ns(at);
  return made;
}

EventRing ring_of(std::size_t count, RingLimits limits = {}) {
  EventRing ring(limits);
  for (std::size_t i = 1; i <= count; ++i) {
    ring.add(event(i));
  }
  return ring;
}

TEST(EventRing, NumbersFromOneAndGoesOnWhereTheReaderStood) {
  auto ring = ring_of(5);
  auto const first = ring.since(1, 3);
  ASSERT_EQ(first.events_size(), 3);
  EXPECT_EQ(first.events(0).sequence(), 1U);
  EXPECT_EQ(first.next(), 4U);
  auto const second = ring.since(first.next(), 3);
  ASSERT_EQ(second.events_size(), 2);
  EXPECT_EQ(second.events(1).event().at_ns(), 5U);
  EXPECT_EQ(second.next(), 6U);
  EXPECT_EQ(ring.since(second.next(), 3).events_size(), 0);
}

TEST(EventRing, SaysHowManyAreLost) {
  auto const ring = ring_of(10, {4, 1 << 20});
  auto const events = ring.since(3, 100);
  EXPECT_EQ(events.lost(), 4U);  // 3 to 6
  ASSERT_EQ(events.events_size(), 4);
  EXPECT_EQ(events.events(0).sequence(), 7U);
  EXPECT_EQ(ring.since(7, 100).lost(), 0U);
}

TEST(EventRing, KeepsNoMoreBytesThanItMay) {
  EventRing ring({1000, 5000});
  for (int i = 0; i < 100; ++i) {
    auto large = event(1);
    large.mutable_note()->set_text(std::string(1000, 'x'));
    ring.add(large);
  }
  EXPECT_EQ(ring.since(1, 1000).events_size(), 4);
}

TEST(EventRing, GoesOnCountingAfterItWasCleared) {
  auto ring = ring_of(5);
  ring.clear();
  EXPECT_EQ(ring.next(), 6U);
  EXPECT_EQ(ring.since(2, 10).lost(), 4U);
  ring.add(event(6));
  EXPECT_EQ(ring.since(6, 10).events(0).sequence(), 6U);
}

TEST(EventRing, WaitsForWhatIsToCome) {
  auto const ring = ring_of(2);
  auto const events = ring.since(50, 10);
  EXPECT_EQ(events.next(), 50U);
  EXPECT_EQ(events.lost(), 0U);
}

}  // namespace
}  // namespace rpchspec::agent
