// What a proxy chose over a whole run: collected, merged, written, shown and compared.

#include <set>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "reports/choices.hpp"
#include "reports/choices_text.hpp"
#include "reports/compare.hpp"
#include "reports/finished.hpp"
#include "reports/html_report.hpp"
#include "reports/markdown.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports::test {
namespace {

model::CaseResult with_choices(std::string id, std::vector<model::Choice> choices) {
  model::CaseResult made;
  made.id = std::move(id);
  made.verdict = model::Verdict::pass;
  made.choices = std::move(choices);
  return made;
}

model::RunResult chosen_run(std::vector<model::CaseResult> cases) {
  model::RunResult run;
  run.suite = "1.0";
  run.complete = true;
  run.cases = std::move(cases);
  summarize(run);
  return run;
}

model::RunResult two_orders() {
  return chosen_run({with_choices("a/1", {{"after-echo", "closed"}}),
                     with_choices("a/2", {{"client-address-order", "IPv4 reversed"},
                                          {"after-echo", "stays open"}}),
                     with_choices("a/3", {{"after-echo", "stays open"}})});
}

TEST(RunChoices, OfARunAreKeptEachWithItsCasesAndOneExample) {
  auto const run = two_orders();
  ASSERT_EQ(run.choices.size(), 3U);
  EXPECT_EQ(run.choices[0].allowed_by, "AMB-01");
  EXPECT_EQ(run.choices[1].chosen, "stays open");
  EXPECT_EQ(run.choices[1].cases, 2U);
  EXPECT_EQ(run.choices[1].example, "a/2");
  EXPECT_EQ(run.choices[2].chosen, "closed");
  EXPECT_EQ(choices_text(run.choices),
            "What it chose, where either is right:\n"
            "  Byte order of ClientAddress: IPv4 reversed\n"
            "  The connection after an echo: stays open (2), closed (1)\n");
}

TEST(RunChoices, ComeBackFromResultsAndFromWhatAKilledRunLeft) {
  auto const run = two_orders();
  auto const back = from_json(to_json(run));
  ASSERT_TRUE(back);
  EXPECT_EQ(to_json(*back), to_json(run));
  EXPECT_EQ(back->choices.size(), 3U);
  std::istringstream line(finished_line(run.cases[1]));
  auto const finished = read_finished(line);
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->cases.at(0).choices, run.cases[1].choices);
}

TEST(RunChoices, OfShardsAreAddedUp) {
  auto first = two_orders();
  auto second = chosen_run({with_choices("b/1", {{"after-echo", "closed"}}),
                            with_choices("b/2", {{"after-echo", "closed"}})});
  first.shard = {1, 2, 5, "00000000000000aa"};
  second.shard = {2, 2, 5, "00000000000000aa"};
  auto const merged = merge({second, first}, 2);
  ASSERT_TRUE(merged);
  EXPECT_NE(choices_text(merged->run.choices).find("closed (3), stays open (2)"),
            std::string::npos);
  EXPECT_EQ(merged->run.choices[1].example, "a/1");
}

TEST(RunChoices, OfASubjectAreNotMoreThanAnyoneReads) {
  std::vector<model::CaseResult> cases;
  for (int i = 0; i < 30; ++i) {
    cases.push_back(with_choices(fmt::format("a/{}", i), {{"out-length", std::to_string(i)}}));
  }
  auto run = chosen_run(cases);
  EXPECT_EQ(run.choices.size(), 8U);
  EXPECT_EQ(run.choices.back().chosen, "others");
  EXPECT_EQ(run.choices.back().cases, 23U);
  auto other = run;
  run.shard = {1, 2, 5, "00000000000000aa"};
  other.shard = {2, 2, 5, "00000000000000aa"};
  auto const merged = merge({run, other}, 2);
  EXPECT_EQ(merged->run.choices.size(), 8U);
  EXPECT_EQ(merged->run.choices.back().cases, 46U);
}

TEST(RunChoices, StandInEachReport) {
  auto const run = two_orders();
  EXPECT_NE(summary_text(run, {}, Colour::off).find("ClientAddress: IPv4 reversed"),
            std::string::npos);
  EXPECT_NE(markdown_summary(run).find("| stays open \\(2\\), closed \\(1\\) | AMB-30 | `a/2` |"),
            std::string::npos);
  std::ostringstream page;
  ASSERT_TRUE(write_html(page, {run}));
  EXPECT_NE(page.str().find("<th scope=rowgroup rowspan=2>The connection after an echo</th>"),
            std::string::npos);
  EXPECT_EQ(summary_text(chosen_run({}), {}, Colour::off).find("chose"), std::string::npos);
}

TEST(RunChoices, AreComparedWhereBothRunsSawThem) {
  auto const before = two_orders();
  auto const now = chosen_run({with_choices("a/1", {{"after-echo", "closed"}}),
                               with_choices("a/2", {{"receive-window", "8192 bytes"}}),
                               with_choices("a/3", {})});
  auto const comparison = compare(before, now);
  ASSERT_EQ(comparison.choices.size(), 1U);
  EXPECT_FALSE(comparison.nothing());
  auto const* const words = "stays open (2), closed (1) -> closed";
  EXPECT_NE(compare_text(comparison).find(words), std::string::npos);
  EXPECT_NE(compare_markdown(comparison).find("chosen otherwise: 1"), std::string::npos);
  EXPECT_NE(compare_html(comparison, {before, now}).find("chosen otherwise: 1"), std::string::npos);
  EXPECT_TRUE(compare(before, before).nothing());
}

TEST(RunChoices, HaveSubjectsWithIdsOfTheirOwn) {
  std::set<std::string_view> ids;
  for (auto const& each : choice_subjects()) {
    EXPECT_TRUE(ids.insert(each.id).second) << each.id;
    EXPECT_FALSE(each.what.empty() || each.allowed_by.empty()) << each.id;
  }
}

}  // namespace
}  // namespace rpchspec::reports::test
