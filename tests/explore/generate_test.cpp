#include "harness/explore/generate.hpp"

#include <set>

#include <gtest/gtest.h>

#include "harness/explore/render.hpp"

namespace rpchspec::explore {
namespace {

constexpr std::uint64_t kMany = 300;

TEST(Generate, WritesTheSameHistoryForTheSameSeedAndNumber) {
  for (std::uint64_t number = 1; number <= kMany; ++number) {
    auto const one = generate(7, number);
    auto const same = generate(7, number);
    EXPECT_EQ(one.moves, same.moves);
    EXPECT_EQ(one.frame.SerializeAsString(), same.frame.SerializeAsString());
  }
}

TEST(Generate, WritesOthersForAnotherSeed) {
  std::uint64_t same = 0;
  for (std::uint64_t number = 1; number <= kMany; ++number) {
    same += generate(7, number).moves == generate(8, number).moves ? 1 : 0;
  }
  EXPECT_LT(same, kMany / 10);
}

TEST(Generate, LeavesNoKindOfMoveOut) {
  std::set<Kind> made;
  for (std::uint64_t number = 1; number <= 10 * kMany; ++number) {
    for (auto const& move : render(generate(7, number)).moves) {
      made.insert(move.kind);
    }
  }
  for (auto kind = 0; kind <= static_cast<int>(Kind::early_successor); ++kind) {
    EXPECT_TRUE(made.contains(static_cast<Kind>(kind))) << "kind " << kind;
  }
}

TEST(Render, MakesNoMoveOnAVirtualConnectionThatIsNotOpen) {
  History history;
  history.moves = {{.kind = Kind::up, .bytes = 100}, {.kind = Kind::client_close}};
  EXPECT_TRUE(render(history).moves.empty());
  EXPECT_EQ(render(history).scenario.steps_size(), 0);
}

TEST(Render, ExpectsWhatIsLeftWhenAMoveIsTakenAway) {
  History history;
  history.moves = {
      {.kind = Kind::open}, {.kind = Kind::client_close}, {.kind = Kind::up, .bytes = 100}};
  EXPECT_EQ(render(history).moves.size(), 2U) << "nothing is sent on what is closed";
  history.moves.erase(history.moves.begin() + 1);
  auto const rendered = render(history);
  ASSERT_EQ(rendered.moves.size(), 2U);
  auto const& last = rendered.scenario.steps(rendered.scenario.steps_size() - 1);
  EXPECT_EQ(last.await().subject(), "server.in");
  EXPECT_EQ(last.await().data().at_least(), 100U);
}

TEST(Render, KeepsPdusBelowHalfOfTheReceiversWindow) {
  History history;
  history.frame.mutable_client()->set_receive_window(8192);
  history.moves = {{.kind = Kind::open}, {.kind = Kind::down, .bytes = 20000, .pdu_size = 32767}};
  auto const rendered = render(history).scenario;
  EXPECT_EQ(rendered.steps(1).server_send().pdu_size(), 4095U);
}

}  // namespace
}  // namespace rpchspec::explore
