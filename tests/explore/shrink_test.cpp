#include "harness/explore/shrink.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "harness/explore/generate.hpp"
#include "harness/explore/render.hpp"

namespace rpchspec::explore {
namespace {

template <class Predicate>
StillFail when(Predicate predicate) {
  return [predicate](std::vector<History> const& candidates) {
    std::vector<bool> out;
    for (auto const& each : candidates) {
      out.push_back(predicate(each));
    }
    return out;
  };
}

History long_history() {
  History history;
  history.frame.mutable_client()->set_receive_window(16384);
  history.frame.mutable_server()->set_ack_policy("every");
  history.moves = {{.kind = Kind::open}};
  for (std::uint32_t i = 0; i < 6; ++i) {
    history.moves.push_back({.kind = i % 2 == 0 ? Kind::up : Kind::down, .bytes = 50000 + i});
  }
  history.moves.push_back({.kind = Kind::pings, .bytes = 5});
  return history;
}

TEST(Shrink, KeepsOnlyTheMovesThatMatter) {
  auto const has_large_down = [](History const& history) {
    return std::any_of(history.moves.begin(), history.moves.end(), [](Move const& move) {
      return move.kind == Kind::down && move.bytes >= 20000;
    });
  };
  auto const small = shrink(long_history(), when(has_large_down), {.rounds = 50});
  ASSERT_EQ(small.moves.size(), 2U);
  EXPECT_EQ(small.moves[0].kind, Kind::open) << "without it the other cannot be made";
  EXPECT_EQ(small.moves[1].kind, Kind::down);
  EXPECT_LT(small.moves[1].bytes, 40000U) << "half of it would be enough";
  EXPECT_FALSE(small.frame.client().receive_window() != 0);
  EXPECT_TRUE(small.frame.server().ack_policy().empty());
}

TEST(Shrink, KeepsWhatTheFrameSaysWhereThatMatters) {
  auto const has_window = [](History const& history) {
    return history.frame.client().receive_window() == 16384;
  };
  auto const small = shrink(long_history(), when(has_window), {.rounds = 50});
  EXPECT_EQ(small.moves.size(), 1U);
  EXPECT_EQ(small.frame.client().receive_window(), 16384U);
  EXPECT_TRUE(small.frame.server().ack_policy().empty());
}

TEST(Shrink, ReturnsWhatItGotWhenNothingSmallerFails) {
  auto const history = long_history();
  auto const same = shrink(history, when([](History const&) { return false; }));
  EXPECT_EQ(same.moves, history.moves);
}

TEST(Shrink, StopsAfterItsRounds) {
  std::size_t rounds = 0;
  auto const count = [&](std::vector<History> const& candidates) {
    ++rounds;
    EXPECT_LE(candidates.size(), 5U);
    return std::vector<bool>(candidates.size(), true);
  };
  (void)shrink(long_history(), count, {.rounds = 2, .candidates = 5});
  EXPECT_EQ(rounds, 2U);
}

TEST(Shrink, TriesOnlyWhatIsLighterAndCanBeMade) {
  for (std::uint64_t number = 1; number <= 50; ++number) {
    auto history = generate(3, number);
    history.moves = render(history).moves;
    auto const look = [&](std::vector<History> const& candidates) {
      for (auto const& each : candidates) {
        EXPECT_LT(weight(each), weight(history));
        EXPECT_EQ(render(each).moves, each.moves);
      }
      return std::vector<bool>(candidates.size(), false);
    };
    (void)shrink(history, look);
  }
}

}  // namespace
}  // namespace rpchspec::explore
