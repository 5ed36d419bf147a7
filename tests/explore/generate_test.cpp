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

TEST(Generate, LetsNoAcknowledgementsUseUpAChannelThatIsReplacedAtItsEnd) {
  std::uint64_t seen = 0;
  for (std::uint64_t number = 1; number <= 10 * kMany; ++number) {
    auto const history = generate(7, number);
    auto const in = history.frame.client().recycle_in_at() != 0;
    if (!in && history.frame.server().recycle_out_at() == 0) {
      continue;
    }
    ++seen;
    for (auto const& move : history.moves) {
      EXPECT_TRUE(move.kind == Kind::open || move.kind == (in ? Kind::up : Kind::down)) << number;
    }
  }
  EXPECT_GT(seen, 0U);
}

/// The ids that what is expected at the end of the history cites.
std::set<std::string> cited_by(History const& history) {
  std::set<std::string> ids;
  auto const rendered = render(history);
  for (auto const& expectation : rendered.scenario.expect()) {
    ids.insert(expectation.by().begin(), expectation.by().end());
  }
  return ids;
}

TEST(Render, CitesWhatAnOpeningShowsOfTheProxy) {
  History history;
  history.moves = {{.kind = Kind::open}};
  EXPECT_TRUE(cited_by(history).contains("RPCH-2.1.2.2-02"));
  EXPECT_FALSE(cited_by(history).contains("FIELD-F22"));
  history.moves.front().split = 1;
  EXPECT_TRUE(cited_by(history).contains("FIELD-F22")) << "the first PDUs come in pieces";
  EXPECT_FALSE(cited_by(history).contains("RPCH-3.2.3.5.12-02"));
  history.frame.mutable_server()->set_legacy_response(scenario::v1::Server::LEGACY_ABSENT);
  EXPECT_TRUE(cited_by(history).contains("RPCH-3.2.3.5.12-02"));
  history.moves.front().vc = 2;
  EXPECT_FALSE(cited_by(history).contains("RPCH-2.1.2.2-02")) << "it is told from no other's";
  EXPECT_TRUE(cited_by(history).contains("RPCH-3-05"));
  history.moves.insert(history.moves.begin(), {.kind = Kind::echo, .vc = 100});
  EXPECT_FALSE(cited_by(history).contains("RPCH-3-05")) << "it may not come so far";
}

TEST(Render, LooksForAFalseSuccessorAtTheServerFromTheFirstStepOn) {
  History history;
  history.frame.mutable_client()->set_conduct(scenario::v1::PATIENT);
  history.frame.mutable_client()->set_out_sequence("r2");
  history.moves = {{.kind = Kind::open},
                   {.kind = Kind::recycle, .side = Side::in, .bytes = 1000},
                   {.kind = Kind::false_successor, .side = Side::in, .choice = 1}};
  auto const rendered = render(history);
  ASSERT_EQ(rendered.moves.size(), 3U);
  auto const& last = rendered.scenario.expect(rendered.scenario.expect_size() - 1);
  EXPECT_EQ(last.receives_not().pdu(), "IN_R2/A2");
  EXPECT_EQ(last.by(0), "RPCH-3.2.3.5.5.1-06") << "a stale cookie, not just a wrong one";
  EXPECT_EQ(last.since(), "move-3");
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
