#include "reports/verdict.hpp"

#include <gtest/gtest.h>

#include "reports/exit_code.hpp"

namespace rpchspec::reports {
namespace {

using model::Level;
using model::Outcome;
using model::Verdict;

struct Row {
  Outcome outcome;
  Level level;
  Verdict verdict;
};

constexpr Row kTable[] = {
    {Outcome::held, Level::must, Verdict::pass},
    {Outcome::held, Level::should, Verdict::pass},
    {Outcome::held, Level::may, Verdict::pass},
    {Outcome::held, Level::product, Verdict::pass},
    {Outcome::held, Level::not_applicable, Verdict::pass},
    {Outcome::late, Level::must, Verdict::warn},
    {Outcome::late, Level::should, Verdict::warn},
    {Outcome::late, Level::may, Verdict::pass},
    {Outcome::late, Level::product, Verdict::warn},
    {Outcome::late, Level::not_applicable, Verdict::pass},
    {Outcome::never, Level::must, Verdict::fail},
    {Outcome::never, Level::should, Verdict::warn},
    {Outcome::never, Level::may, Verdict::pass},
    {Outcome::never, Level::product, Verdict::warn},
    {Outcome::never, Level::not_applicable, Verdict::pass},
    {Outcome::blocked, Level::must, Verdict::blocked},
    {Outcome::blocked, Level::should, Verdict::blocked},
    {Outcome::blocked, Level::may, Verdict::blocked},
    {Outcome::blocked, Level::product, Verdict::blocked},
    {Outcome::blocked, Level::not_applicable, Verdict::pass},
    {Outcome::informational, Level::must, Verdict::pass},
    {Outcome::informational, Level::should, Verdict::pass},
    {Outcome::informational, Level::may, Verdict::pass},
    {Outcome::informational, Level::product, Verdict::pass},
    {Outcome::informational, Level::not_applicable, Verdict::pass},
};

model::Observation observation(Outcome outcome, Level level = Level::must) {
  model::Observation made;
  made.outcome = outcome;
  made.level = level;
  return made;
}

TEST(Verdict, FollowsTheTable) {
  for (auto const& row : kTable) {
    EXPECT_EQ(verdict_of(row.outcome, row.level), row.verdict)
        << static_cast<int>(row.outcome) << " " << static_cast<int>(row.level);
  }
}

TEST(Verdict, TakesTheWorst) {
  auto const held = observation(Outcome::held);
  auto const late = observation(Outcome::late);
  auto const never = observation(Outcome::never);
  auto const blocked = observation(Outcome::blocked);
  EXPECT_EQ(verdict_of({}, {}), Verdict::pass);
  EXPECT_EQ(verdict_of({held, late}, {}), Verdict::warn);
  EXPECT_EQ(verdict_of({late, blocked}, {}), Verdict::blocked);
  EXPECT_EQ(verdict_of({blocked, never, late}, {}), Verdict::fail);
}

TEST(Verdict, KnowsWhatElseHappened) {
  auto const never = observation(Outcome::never);
  CaseFacts facts;
  facts.setup_failed = true;
  EXPECT_EQ(verdict_of({}, facts), Verdict::blocked);
  EXPECT_EQ(verdict_of({never}, facts), Verdict::fail) << "a monitor's objection explains it";
  facts = {};
  facts.action_failed = true;
  EXPECT_EQ(verdict_of({}, facts), Verdict::blocked);
  facts = {};
  facts.harness_error = true;
  EXPECT_EQ(verdict_of({never}, facts), Verdict::error);
  facts = {};
  facts.strict = true;
  EXPECT_EQ(verdict_of({observation(Outcome::late)}, facts), Verdict::fail);
  EXPECT_EQ(verdict_of({observation(Outcome::held)}, facts), Verdict::pass);
  facts.trial = true;
  EXPECT_EQ(verdict_of({never}, facts), Verdict::warn);
  EXPECT_EQ(verdict_of({observation(Outcome::late)}, facts), Verdict::warn);
}

model::RunResult run(std::initializer_list<Verdict> verdicts) {
  model::RunResult made;
  for (auto const verdict : verdicts) {
    made.cases.emplace_back().verdict = verdict;
  }
  return made;
}

TEST(ExitCode, IsZeroWhereNothingFailedAndNothingWasLeftUnjudged) {
  EXPECT_EQ(exit_code(run({Verdict::pass, Verdict::warn, Verdict::skip, Verdict::waived})), 0);
}

TEST(ExitCode, IsOneForAFailWhateverElseHappened) {
  ExitFacts facts;
  facts.missing_shards = 1;
  facts.could_not_start = true;
  EXPECT_EQ(exit_code(run({Verdict::error, Verdict::fail, Verdict::not_run}), facts), 1);
}

TEST(ExitCode, IsThreeForWhatWasNotJudged) {
  EXPECT_EQ(exit_code(run({Verdict::pass, Verdict::blocked})), 3);
  EXPECT_EQ(exit_code(run({Verdict::pass, Verdict::error})), 3);
  EXPECT_EQ(exit_code(run({Verdict::pass, Verdict::not_run})), 3);
  ExitFacts facts;
  facts.missing_shards = 1;
  EXPECT_EQ(exit_code(run({Verdict::pass}), facts), 3);
  facts = {};
  facts.could_not_start = true;
  EXPECT_EQ(exit_code(run({}), facts), 3);
}

TEST(ExitCode, IsOneWhereAFindingExplainsWhatWasNotRun) {
  auto made = run({Verdict::pass, Verdict::not_run});
  made.findings.emplace_back().level = Level::must;
  EXPECT_EQ(exit_code(made), 1);
  made.findings.front().waived = true;
  EXPECT_EQ(exit_code(made), 3);
  made.findings.front() = {};
  made.findings.front().level = Level::should;
  EXPECT_EQ(exit_code(made), 3);
}

TEST(ExitCode, IsFourWhereNothingWasJudged) {
  EXPECT_EQ(exit_code(run({})), 4);
  EXPECT_EQ(exit_code(run({Verdict::skip, Verdict::skip})), 4);
  ExitFacts facts;
  facts.empty_shard = true;
  EXPECT_EQ(exit_code(run({}), facts), 0);
  facts = {};
  facts.partial = true;
  EXPECT_EQ(exit_code(run({Verdict::skip}), facts), 0);
}

TEST(ExitCode, SaysThatItWasInterrupted) {
  ExitFacts facts;
  facts.interruption = Interruption::interrupted;
  EXPECT_EQ(exit_code(run({Verdict::fail}), facts), 130);
  facts.interruption = Interruption::terminated;
  EXPECT_EQ(exit_code(run({}), facts), 143);
}

}  // namespace
}  // namespace rpchspec::reports
