// --repeat: one verdict of several, and whether they agreed.

#include "reports/repetitions.hpp"

#include <gtest/gtest.h>

#include "reports/evidence.hpp"
#include "reports/findings.hpp"
#include "reports/junit.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::Verdict;

CaseResult repetition(std::uint32_t number, Verdict verdict, std::string const& seen = {}) {
  CaseResult made;
  made.id = "echo/a";
  made.category = "echo";
  made.verdict = verdict;
  made.repetition = number;
  made.repetitions = {{verdict, 1}};
  made.message = seen;
  if (!seen.empty()) {
    model::Observation observation;
    observation.requirement = "R-" + seen;
    observation.outcome = model::Outcome::never;
    observation.kind = "wrong value";
    observation.seen = seen;
    made.observations = {observation};
    made.requirements = {observation.requirement};
  }
  return made;
}

CaseResult of(std::vector<CaseResult> repetitions) {
  auto known = std::move(repetitions.front());
  for (std::size_t i = 1; i < repetitions.size(); ++i) {
    add_repetition(known, std::move(repetitions[i]));
  }
  return known;
}

TEST(Repetitions, KeepTheWordsOfTheFirstThatWasWorst) {
  auto const result = of({repetition(1, Verdict::pass), repetition(2, Verdict::fail, "x"),
                          repetition(3, Verdict::fail, "y"), repetition(4, Verdict::pass)});
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.repetition, 2U);
  EXPECT_EQ(result.message, "x");
  EXPECT_EQ(repetitions_text(result), "flaky: 2 pass, 2 fail");
}

TEST(Repetitions, HaveEveryFindingOfAnyOfThemOnce) {
  auto const result = of({repetition(1, Verdict::fail, "x"), repetition(2, Verdict::fail, "y"),
                          repetition(3, Verdict::fail, "x")});
  EXPECT_EQ(find_causes({result}).size(), 2U);
  EXPECT_EQ(result.observations.size(), 2U);
  EXPECT_EQ(result.requirements, (std::vector<std::string>{"R-x", "R-y"}));
}

TEST(Repetitions, KeepAllThatOneExpectationCites) {
  auto second = repetition(2, Verdict::fail, "x");
  second.observations.push_back(second.observations.front());
  second.observations.back().requirement = "R-too";
  second.observations.back().led_by = "R-x";
  auto const found = find_causes({of({repetition(1, Verdict::fail, "y"), second, second})});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].also.size() + found[1].also.size(), 1U);
}

TEST(Repetitions, AreFlakyWhereSomeHeldAndOthersDidNot) {
  auto const flaky = [](Verdict a, Verdict b) {
    return is_flaky(of({repetition(1, a), repetition(2, b)}));
  };
  EXPECT_TRUE(flaky(Verdict::pass, Verdict::fail));
  EXPECT_TRUE(flaky(Verdict::blocked, Verdict::warn));
  EXPECT_FALSE(flaky(Verdict::fail, Verdict::fail));
  EXPECT_FALSE(flaky(Verdict::pass, Verdict::warn));
  EXPECT_FALSE(flaky(Verdict::pass, Verdict::error)) << "our own fault says nothing of the proxy";
  EXPECT_FALSE(flaky(Verdict::not_run, Verdict::fail));
  EXPECT_FALSE(is_flaky(repetition(1, Verdict::fail)));
}

TEST(Repetitions, ThatWereBrokenOffAreCountedAndDoNotHideThatOthersPassed) {
  auto const result = of({repetition(1, Verdict::not_run), repetition(2, Verdict::pass)});
  EXPECT_EQ(result.verdict, Verdict::pass);
  EXPECT_EQ(repetitions_text(result), "1 pass, 1 not-run");
}

TEST(Repetitions, AreToldApartInEveryReport) {
  model::RunResult run;
  run.cases = {of({repetition(1, Verdict::pass), repetition(2, Verdict::fail, "x")})};
  summarize(run);
  auto const text = to_json(run);
  EXPECT_NE(text.find("\"flaky\": true"), std::string::npos);
  auto const back = from_json(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), text);
  EXPECT_NE(to_junit(run, "s").find("repetitions: flaky: 1 pass, 1 fail"), std::string::npos);
  EXPECT_NE(summary_text(run, {}, Colour::off).find("FLAKY  echo/a  1 pass, 1 fail"),
            std::string::npos);
  run.cases = {of({repetition(1, Verdict::pass), repetition(2, Verdict::pass)})};
  EXPECT_NE(to_json(run).find("\"flaky\": false"), std::string::npos);
  EXPECT_EQ(summary_text(run, {}, Colour::off).find("FLAKY"), std::string::npos);
  EXPECT_NE(to_junit(run, "s").find("repetitions: 2 pass"), std::string::npos);
}

TEST(EvidencePlace, TellsRepetitionsAndConfigurationsApart) {
  EXPECT_EQ(evidence_place("echo/a", 0), "echo/a");
  EXPECT_EQ(evidence_place("echo/a", 2), "echo/a~2");
  EXPECT_EQ(evidence_place("echo/a", 0, "locked"), "echo/a~locked");
  EXPECT_EQ(evidence_place("echo/a", 2, "locked"), "echo/a~2~locked");
  EXPECT_EQ(evidence_place(repetition(3, Verdict::pass)), "echo/a~3");
}

}  // namespace
}  // namespace rpchspec::reports
