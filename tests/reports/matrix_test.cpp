#include "reports/matrix.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "case_results.hpp"

namespace rpchspec::reports {
namespace {

using model::Verdict;
using testing::HasSubstr;
using testing::Not;

model::RunResult run_on(std::string const& target,
                        std::vector<std::pair<std::string, Verdict>> const& verdicts) {
  model::RunResult run;
  run.tool_version = "1.0";
  run.target.name = target;
  run.target.facts["version"] = target + " 2.6 | <x>";
  for (auto const& [id, verdict] : verdicts) {
    auto result = test::case_result(id, verdict);
    result.message = "why \"" + id + "\"";
    run.cases.push_back(result);
  }
  return run;
}

Matrix two_targets() {
  Matrix matrix;
  add_column(matrix,
             {run_on("alpha", {{"echo/a", Verdict::pass},
                               {"http/b", Verdict::fail},
                               {"http/c", Verdict::fail},
                               {"tls/d", Verdict::skip}}),
              {run_on("alpha", {{"http/b", Verdict::fail}, {"http/c", Verdict::pass}}),
               run_on("alpha", {{"http/b", Verdict::blocked}, {"http/c", Verdict::fail}})},
              "alpha"},
             "");
  add_column(
      matrix,
      {run_on("beta", {{"echo/a", Verdict::not_run}, {"http/0", Verdict::fail}}), {}, "beta"},
      "answered 501\nand more");
  return matrix;
}

TEST(Matrix, CountsHowOftenARedCellWasSeen) {
  auto const matrix = two_targets();
  auto const& alpha = matrix.columns[0];
  EXPECT_EQ(cell_text(alpha.cells.at("http/b")), "FAIL 3/3");
  EXPECT_EQ(cell_text(alpha.cells.at("http/c")), "unsteady 2/3");
  EXPECT_EQ(cell_text(alpha.cells.at("echo/a")), "pass");
  EXPECT_EQ(cell_text(alpha.cells.at("tls/d")), "-");
  EXPECT_EQ(alpha.count(Verdict::fail), 1U);
  EXPECT_EQ(alpha.unsteady(), 1U);
  EXPECT_EQ(matrix.columns[1].note, "answered 501");
}

TEST(Matrix, HasARowForEveryCaseOfAnyTarget) {
  std::vector<std::string> ids;
  for (auto const& row : two_targets().rows) {
    ids.push_back(row.id);
  }
  EXPECT_THAT(ids, testing::ElementsAre("echo/a", "http/0", "http/b", "http/c", "tls/d"));
}

TEST(Matrix, TextShowsOnlyWhereTargetsDiffer) {
  auto const text = matrix_text(two_targets());
  EXPECT_THAT(text, HasSubstr("alpha 2.6 \\| <x>"));
  EXPECT_THAT(text, HasSubstr("| http/b "));
  EXPECT_THAT(text, HasSubstr("unsteady 2/3"));
  EXPECT_THAT(text, Not(HasSubstr("| echo/a ")));
  EXPECT_THAT(text, HasSubstr("| case "));
  EXPECT_THAT(text, Not(HasSubstr("| http/0 ")));
  auto const cases = text.substr(text.find("| case "));
  EXPECT_THAT(cases.substr(0, cases.find("[1]:")), Not(HasSubstr("beta")));  // carries nothing
}

TEST(Matrix, TextPraisesNoTargetThatCarriesNothing) {
  Matrix matrix;
  add_column(matrix, {run_on("alpha", {{"echo/a", Verdict::pass}}), {}, "alpha"}, "");
  EXPECT_THAT(matrix_text(matrix), HasSubstr("\nEvery case that was run passed.\n"));
  add_column(matrix,
             {run_on("beta", {{"echo/a", Verdict::not_run}, {"http/0", Verdict::fail}}), {}, "b"},
             "answered 501");
  EXPECT_THAT(matrix_text(matrix), HasSubstr("\nNothing but what the notes tell.\n"));
}

TEST(Matrix, TextLinksRedCellsToTheirEvidence) {
  auto const text = matrix_text(two_targets());
  EXPECT_THAT(text, HasSubstr("| [answered 501][1] |"));  // carries nothing: its one red case
  EXPECT_THAT(text, HasSubstr("| [FAIL 3/3][2] "));
  EXPECT_THAT(text, HasSubstr("\n[1]: beta/cases/http/0\n[2]: alpha/cases/http/b\n"));
}

TEST(Matrix, RedCellsLinkToTheirEvidence) {
  auto const html = matrix_html(two_targets());
  EXPECT_THAT(html, HasSubstr("href=\"alpha/cases/http/b/ladder.txt\""));
  EXPECT_THAT(html, HasSubstr("href=\"alpha/cases/http/b/journal.bin\""));
  EXPECT_THAT(html, HasSubstr("why &quot;http/b&quot;"));
  EXPECT_THAT(html, HasSubstr("&lt;x&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("cases/echo/a")));
}

TEST(Matrix, JsonSaysEverything) {
  auto const root = boost::json::parse(matrix_json(two_targets())).as_object();
  EXPECT_EQ(root.at("schema"), 1);
  auto const& alpha = root.at("targets").as_array().at(0).as_object();
  EXPECT_EQ(alpha.at("version"), "alpha 2.6 | <x>");
  auto const& cell = alpha.at("cells").at("http/c");
  EXPECT_EQ(cell.at("seen"), 2);
  EXPECT_EQ(cell.at("runs"), 3);
  EXPECT_EQ(alpha.at("summary").at("unsteady"), 1);
  EXPECT_EQ(root.at("cases").as_array().size(), 5U);
}

}  // namespace
}  // namespace rpchspec::reports
