#include "harness/engine/past.hpp"

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

namespace v1 = journal::v1;

/// A client's OUT channel and what it receives.
class History {
 public:
  v1::Event& next() {
    auto& event = events_.emplace_back();
    event.set_at_ns(events_.size());
    event.set_source(v1::CLIENT);
    event.set_virtual_connection(1);
    event.set_connection(1);
    event.set_leg(v1::OUT);
    return event;
  }

  History& opened() {
    next().mutable_opened();
    return *this;
  }

  History& pings(int count, std::size_t bytes = 0) {
    for (int i = 0; i < count; ++i) {
      auto& event = next();
      event.set_direction(v1::RECEIVED);
      event.mutable_pdu()->set_ptype(20);
      event.mutable_pdu()->add_kinds("Ping");
      event.mutable_pdu()->set_prefix(std::string(bytes, 'x'));
    }
    return *this;
  }

  [[nodiscard]] Past past() const {
    Past past;
    for (auto const& event : events_) {
      past.add(event);
    }
    return past;
  }

 private:
  std::vector<v1::Event> events_;
};

reports::ExpectationWatch ping() {
  scenario::v1::Expectation expectation;
  expectation.set_subject("client.out");
  expectation.mutable_receives()->set_pdu("Ping");
  return {expectation, {}};
}

TEST(Past, ShowsWhatCameBeforeTheExpectationWasMade) {
  auto watch = ping();
  EXPECT_EQ(History().opened().pings(2).past().show(watch, 0), 2U);
}

TEST(Past, ShowsOnlyWhatCameBehindTheEventThatWasReadLast) {
  auto const past = History().opened().pings(2).past();
  auto second = ping();
  EXPECT_EQ(past.show(second, 2), 3U);
  auto third = ping();
  EXPECT_EQ(past.show(third, 3), 0U);
  EXPECT_FALSE(third.satisfied());
}

TEST(Past, KnowsConnectionsThatWereOpenedLongAgo) {
  constexpr int kMany = 40000;
  auto const past = History().opened().pings(kMany, 500).past();
  auto watch = ping();
  EXPECT_EQ(past.show(watch, past.last() - 1), past.last());
}

TEST(Past, ForgetsThePdusThatNobodyAskedForInTime) {
  constexpr std::size_t kLarge = 1 << 20;
  auto large = History().opened().pings(1);
  for (int i = 0; i < 20; ++i) {
    auto& event = large.next();
    event.set_direction(v1::RECEIVED);
    event.mutable_raw()->set_prefix(std::string(kLarge, 'x'));
  }
  auto gone = ping();
  EXPECT_EQ(large.past().show(gone, 0), 0U);
}

}  // namespace
}  // namespace rpchspec::engine
