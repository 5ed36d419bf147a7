#include "reports/rows_by_id.hpp"

#include <gtest/gtest.h>

#include "case_results.hpp"
#include "reports/repetitions.hpp"

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::Verdict;
using test::case_result;

TEST(RowsById, FindsTheFirstOfThoseThatWereThereAndThoseThatCameLater) {
  std::vector<CaseResult> rows{case_result("echo/a", Verdict::pass),
                               case_result("echo/a", Verdict::fail)};
  RowsById<CaseResult> by_id(rows);
  ASSERT_NE(by_id.find("echo/a"), nullptr);
  EXPECT_EQ(by_id.find("echo/a")->verdict, Verdict::pass);
  EXPECT_EQ(by_id.find("echo/b"), nullptr);
  by_id.add(case_result("echo/b", Verdict::warn));
  rows.push_back(case_result("echo/c", Verdict::skip));
  EXPECT_EQ(by_id.find("echo/b"), &rows[2]);
  EXPECT_EQ(by_id.find("echo/c"), &rows[3]);
}

TEST(AddCase, TellsWhatFailedOnceOfACaseThatRanAgainForAnotherReason) {
  std::vector<CaseResult> rows;
  RowsById<CaseResult> cases(rows);
  for (auto const verdict : {Verdict::pass, Verdict::fail, Verdict::pass}) {
    add_case(cases, case_result("echo/sanity", verdict));
  }
  add_case(cases, case_result("echo/b", Verdict::pass));
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].verdict, Verdict::fail);
}

TEST(AddCase, CountsRepetitions) {
  std::vector<CaseResult> rows;
  RowsById<CaseResult> cases(rows);
  for (std::uint32_t number = 1; number <= 3; ++number) {
    auto result = case_result("echo/a", number == 2 ? Verdict::fail : Verdict::pass);
    result.repetition = number;
    add_case(cases, std::move(result));
  }
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(repetitions_text(rows[0]), "flaky: 2 pass, 1 fail");
}

}  // namespace
}  // namespace rpchspec::reports
