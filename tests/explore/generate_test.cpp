#include "harness/explore/generate.hpp"

#include <algorithm>
#include <map>
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

/// And those that its awaits cite.
std::set<std::string> awaited_by(History const& history) {
  std::set<std::string> ids;
  auto const rendered = render(history);
  for (auto const& step : rendered.scenario.steps()) {
    ids.insert(step.await().by().begin(), step.await().by().end());
  }
  return ids;
}

/// An open virtual connection, and a client that is told how to replace its channels.
History recyclable() {
  History history;
  history.frame.mutable_client()->set_out_sequence("r2");
  history.moves = {{.kind = Kind::open}};
  return history;
}

TEST(Render, AsksOfASuccessorWhetherTheServerIsToldOfItOnTheConnectionThatItHas) {
  auto history = recyclable();
  history.moves.push_back({.kind = Kind::recycle, .side = Side::in, .bytes = 1000});
  EXPECT_TRUE(awaited_by(history).contains("RPCH-3.2.3.5.5.1-01"));
  EXPECT_TRUE(awaited_by(history).contains("RPCH-2.2.4.19-01"));
  EXPECT_FALSE(awaited_by(history).contains("RPCH-3.2.3.5.5.1-06"));
  history.moves.push_back(history.moves.back());
  EXPECT_TRUE(awaited_by(history).contains("RPCH-3.2.3.5.5.1-06")) << "a second one";
  history.moves[1].choice = 1;
  EXPECT_FALSE(awaited_by(history).contains("RPCH-3.2.3.5.5.1-01"))
      << "another proxy had the channel meanwhile";
  history.moves = {{.kind = Kind::open}, {.kind = Kind::recycle, .side = Side::out, .bytes = 1000}};
  EXPECT_TRUE(awaited_by(history).contains("RPCH-3.2.4.5.6.1-01"));
  EXPECT_TRUE(awaited_by(history).contains("RPCH-2.2.4.37-01"));
}

TEST(Render, LooksAtTheSuccessorWhereTheClientClosesThePredecessor) {
  auto history = recyclable();
  history.moves.push_back({.kind = Kind::recycle, .side = Side::in, .bytes = 1000, .choice = 8});
  auto const rendered = render(history);
  auto const& steps = rendered.scenario.steps();
  auto const closing = std::find_if(steps.begin(), steps.end(),
                                    [](auto const& step) { return step.has_client_close(); });
  ASSERT_NE(closing, steps.end());
  auto const& looking = *(closing + 1);
  EXPECT_EQ(looking.await().subject(), "client.in#2");
  EXPECT_TRUE(looking.await().has_stays_open());
  EXPECT_EQ(looking.await().since(), closing->label()) << "not since its own beginning";
  EXPECT_EQ(looking.await().by(0), "RPCH-3.2.4.5.14-06");
}

TEST(Render, ExpectsNothingOfAnOutSuccessorBeforeItsTurnAndNoA3Behind) {
  auto history = recyclable();
  history.frame.mutable_client()->set_out_sequence("r1");
  history.frame.mutable_client()->add_hold("OUT_R1/A11");
  history.moves.push_back({.kind = Kind::recycle_held, .bytes = 1000});
  auto const rendered = render(history);
  ASSERT_EQ(rendered.moves.size(), 2U);
  std::map<std::string, scenario::v1::Expectation> by;
  for (auto const& expectation : rendered.scenario.expect()) {
    by[expectation.by(0)] = expectation;
  }
  EXPECT_EQ(by["RPCH-3.2.4.5.6.2-03"].subject(), "client.out#2");
  EXPECT_TRUE(by["RPCH-3.2.4.5.6.2-03"].has_no_response());
  EXPECT_EQ(by["RPCH-3.2.4.5.9-03"].receives_not().pdu(), "CONN/A3");
}

TEST(Render, SendsIN_R2A5OnTheSuccessorItself) {
  auto history = recyclable();
  history.frame.mutable_client()->set_conduct(scenario::v1::PATIENT);
  history.frame.mutable_client()->add_hold("IN_R2/A5");
  history.frame.add_monitors_off("forwarding");
  history.moves.push_back({.kind = Kind::recycle_held, .bytes = 1000, .choice = 1});
  auto const rendered = render(history);
  ASSERT_EQ(rendered.moves.size(), 2U);
  auto const& last = rendered.scenario.steps(rendered.scenario.steps_size() - 1);
  EXPECT_EQ(last.client_send().pdu(), "IN_R2/A5");
  EXPECT_EQ(last.client_send().on(), scenario::v1::SUCCESSOR);
  EXPECT_TRUE(cited_by(history).contains("RPCH-3.2.3.5.5.1-04"));
}

TEST(Render, PingsASuccessorThatWaits) {
  auto history = recyclable();
  history.frame.mutable_client()->add_hold("IN_R2/A5");
  history.moves.push_back({.kind = Kind::recycle_held, .bytes = 1000, .choice = 9});
  EXPECT_TRUE(awaited_by(history).contains("FIELD-F34"));
}

TEST(Render, SendsOnASuccessorWhileThePredecessorsPayloadWaits) {
  auto history = recyclable();
  history.frame.mutable_client()->add_hold("IN_R2/A5");
  history.frame.mutable_server()->set_ack_policy("never");
  history.moves.push_back({.kind = Kind::recycle_held, .bytes = 1000});
  EXPECT_EQ(render(history).moves.size(), 1U) << "a monitor takes what goes behind for lost";
  history.frame.add_monitors_off("forwarding");
  EXPECT_EQ(render(history).moves.size(), 2U);
  EXPECT_TRUE(awaited_by(history).contains("FIELD-F53"));
}

TEST(Render, ExpectsOfLaterClientsNotWhatOneAskedFor) {
  History history;
  history.moves = {{.kind = Kind::open, .choice = 4}, {.kind = Kind::open, .vc = 2}};
  EXPECT_TRUE(cited_by(history).contains("HTTP-9110-3.3-01"));
  EXPECT_EQ(render(history).scenario.steps(0).client_open().headers(0).name(), "Pragma");
  std::swap(history.moves[0].choice, history.moves[1].choice);
  EXPECT_FALSE(cited_by(history).contains("HTTP-9110-3.3-01"));
}

TEST(Render, SendsMoreThanTheBodyOfAnInChannelCanHold) {
  History history;
  auto& client = *history.frame.mutable_client();
  client.set_conduct(scenario::v1::PATIENT);
  client.set_in_content_length(131072);
  history.moves = {{.kind = Kind::open}, {.kind = Kind::lifetime_overrun}};
  EXPECT_EQ(render(history).moves.size(), 1U) << "a monitor takes what is too much for lost";
  history.frame.add_monitors_off("forwarding");
  EXPECT_EQ(render(history).moves.size(), 2U);
  EXPECT_TRUE(cited_by(history).contains("HTTP-9112-6.3-03"));
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
  history.frame.mutable_server()->set_legacy_response(scenario::v1::Server::LEGACY_SPLIT);
  EXPECT_TRUE(cited_by(history).contains("RPCH-3.2.4.5.15-01"));
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
