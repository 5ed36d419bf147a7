#include "reports/compare.hpp"

#include <gtest/gtest.h>

#include "case_results.hpp"

#include <pugixml.hpp>

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::RunResult;
using model::Verdict;
using test::case_result;

RunResult compared(std::vector<CaseResult> cases) {
  RunResult run;
  run.cases = std::move(cases);
  return run;
}

Comparison compare_one(Verdict before, Verdict now) {
  return compare(compared({case_result("a", before)}), compared({case_result("a", now)}));
}

std::string part_name(Comparison const& comparison) {
  if (comparison.nothing()) {
    return "same";
  }
  return comparison.regressed.size() == 1 ? "regressed"
         : comparison.fixed.size() == 1   ? "fixed"
         : comparison.changed.size() == 1 ? "changed"
                                          : "?";
}

struct Change {
  Verdict before;
  Verdict now;
  std::string part;
};

class CompareVerdicts : public testing::TestWithParam<Change> {};

TEST_P(CompareVerdicts, PutsACaseWhereItBelongs) {
  auto const& [before, now, part] = GetParam();
  EXPECT_EQ(part_name(compare_one(before, now)), part)
      << model::to_string(before) << " -> " << model::to_string(now);
}

INSTANTIATE_TEST_SUITE_P(All,
                         CompareVerdicts,
                         testing::Values(Change{Verdict::pass, Verdict::pass, "same"},
                                         Change{Verdict::fail, Verdict::fail, "same"},
                                         Change{Verdict::pass, Verdict::fail, "regressed"},
                                         Change{Verdict::warn, Verdict::blocked, "regressed"},
                                         Change{Verdict::waived, Verdict::error, "regressed"},
                                         Change{Verdict::fail, Verdict::pass, "fixed"},
                                         Change{Verdict::error, Verdict::warn, "fixed"},
                                         Change{Verdict::fail, Verdict::waived, "changed"},
                                         Change{Verdict::fail, Verdict::blocked, "changed"},
                                         Change{Verdict::pass, Verdict::warn, "changed"},
                                         Change{Verdict::pass, Verdict::skip, "changed"},
                                         Change{Verdict::pass, Verdict::not_run, "changed"},
                                         Change{Verdict::skip, Verdict::fail, "changed"},
                                         Change{Verdict::not_run, Verdict::fail, "changed"},
                                         Change{Verdict::skip, Verdict::skip, "same"}));

TEST(Compare, TellsNewAndGone) {
  auto const comparison = compare(compared({case_result("old", Verdict::pass)}),
                                  compared({case_result("young", Verdict::fail)}));
  ASSERT_EQ(comparison.added.size(), 1U);
  ASSERT_EQ(comparison.gone.size(), 1U);
  EXPECT_EQ(comparison.added[0].id, "young");
  EXPECT_EQ(comparison.gone[0].id, "old");
  EXPECT_TRUE(comparison.regressed.empty()) << "a new scenario reveals, it does not regress";
}

TEST(Compare, TellsAFailureOfAnotherCause) {
  auto base = compared({case_result("a", Verdict::fail)});
  auto now = base;
  model::Finding finding;
  finding.cases = {"a"};
  finding.id = "f-1";
  base.findings = {finding};
  now.findings = {finding};
  EXPECT_TRUE(compare(base, now).nothing());
  now.findings[0].id = "f-2";
  auto const comparison = compare(base, now);
  ASSERT_EQ(comparison.changed.size(), 1U);
  EXPECT_NE(compare_text(comparison).find("a  fail, with other findings"), std::string::npos);
}

TEST(Slower, NeedsRatioAndFloor) {
  EXPECT_FALSE(is_slower(0.1, 0.9, 1)) << "nine times as long, and still under a second";
  EXPECT_FALSE(is_slower(10, 13, 1)) << "three seconds, and a third";
  EXPECT_TRUE(is_slower(2, 3.5, 1));
  EXPECT_FALSE(is_slower(10, 20, 1.5)) << "a third more than at the pace of now";
  EXPECT_FALSE(is_slower(2, 3.5, 1.5)) << "all of them took half as long again";
}

TEST(Slower, IsMeasuredAgainstTheMedianCase) {
  std::vector<CaseResult> before;
  std::vector<CaseResult> now;
  for (int i = 0; i < 20; ++i) {
    before.push_back(case_result("case" + std::to_string(i), Verdict::pass, 2));
    now.push_back(case_result("case" + std::to_string(i), Verdict::pass, i == 7 ? 20 : 4));
  }
  auto const comparison = compare(compared(before), compared(now));
  EXPECT_EQ(comparison.pace, 2);
  ASSERT_EQ(comparison.slower.size(), 1U);
  EXPECT_EQ(comparison.slower[0].id, "case7");
  auto const back = compare(compared(now), compared(before));
  EXPECT_EQ(back.pace, 1) << "a faster machine makes no case slower";
  EXPECT_TRUE(back.nothing());
}

TEST(Slower, IsNoMatterOfAFailure) {
  EXPECT_TRUE(compare(compared({case_result("a", Verdict::fail, 1)}),
                      compared({case_result("a", Verdict::fail, 60)}))
                  .nothing());
}

Comparison of_everything() {
  auto base = compared({case_result("reset/a@b", Verdict::pass), case_result("b", Verdict::fail),
                        case_result("c", Verdict::pass), case_result("d", Verdict::pass),
                        case_result("e", Verdict::pass, 2)});
  auto now = compared({case_result("reset/a@b", Verdict::fail), case_result("b", Verdict::pass),
                       case_result("c", Verdict::warn), case_result("new", Verdict::pass),
                       case_result("e", Verdict::pass, 9), case_result("f", Verdict::pass)});
  now.cases[0].message = "required <X> & \"Y\"\nseen \x01\xFF";
  return compare(base, now);
}

TEST(CompareText, HasAPartForEach) {
  EXPECT_EQ(compare_text(of_everything()),
            "regressed: 1\n  reset/a@b  pass -> fail\n"
            "fixed: 1\n  b  fail -> pass\n"
            "changed: 1\n  c  pass -> warn\n"
            "new: 2\n  f  pass\n  new  pass\n"
            "gone: 1\n  d  pass\n"
            "slower: 1\n  e  2.0 s -> 9.0 s\n"
            "0 as before\n");
  EXPECT_EQ(compare_text(compare_one(Verdict::pass, Verdict::pass)),
            "no difference\n1 as before\n");
}

TEST(CompareMarkdown, NamesCasesAsCodeAndIsBounded) {
  auto const text = compare_markdown(of_everything());
  EXPECT_NE(text.find("- **regressed**: 1\n  - `reset/a@b` pass -> fail\n"), std::string::npos);
  std::vector<CaseResult> many;
  for (int i = 0; i < 5000; ++i) {
    many.push_back(case_result(std::string(150, 'x') + std::to_string(i), Verdict::fail));
  }
  auto const large = compare_markdown(compare({}, compared(many)));
  EXPECT_LT(large.size(), 15000U);
  EXPECT_NE(large.find("and 4990 more"), std::string::npos);
}

TEST(CompareHtml, IsAPageWithAllOfItAndNothingFromOutsideIsMarkup) {
  RunResult base;
  base.target.name = "<edge>";
  auto const page = compare_html(of_everything(), {base, base});
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_EQ(page.find("<edge>"), std::string::npos);
  EXPECT_EQ(page.find('\x01'), std::string::npos);
  EXPECT_EQ(page.find("<td/>"), std::string::npos) << "no such thing in HTML";
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(page.c_str()));
  EXPECT_EQ(document.select_nodes("//section").size(), 6U);
  auto const row = document.select_node("//section[@class='regressed']//tbody/tr").node();
  EXPECT_STREQ(row.child("th").text().get(), "reset/a@b");
  EXPECT_STREQ(row.child("td").text().get(), "pass -> fail");
  EXPECT_EQ(std::string(row.select_node(".//pre").node().text().get()).substr(0, 16),
            "required <X> & \"");
}

}  // namespace
}  // namespace rpchspec::reports
