#include "reports/markdown.hpp"

#include <gtest/gtest.h>

#include "reports/run_result.hpp"

namespace rpchspec::reports {
namespace {

using model::Finding;
using model::Level;
using model::Verdict;

Finding finding(std::string id, Level level, bool waived = false) {
  Finding made;
  made.id = std::move(id);
  made.requirement = "RPCH-1";
  made.level = level;
  made.kind = "not closed";
  made.expected = "a close";
  made.seen = "nothing";
  made.cases = {"reset/a@tcp-rst", "reset/b"};
  made.rerun = "rpchspec run reset/a@tcp-rst";
  made.waived = waived;
  return made;
}

model::RunResult run_with(std::vector<Verdict> const& verdicts) {
  model::RunResult run;
  run.complete = true;
  for (auto const verdict : verdicts) {
    model::CaseResult result;
    result.id = "case/" + std::to_string(run.cases.size());
    result.verdict = verdict;
    result.message = "why\nand more";
    run.cases.push_back(std::move(result));
  }
  recount(run);
  return run;
}

TEST(MarkdownSummary, SaysInItsHeadlineWhatTheExitCodeSays) {
  auto const headline = [](std::vector<Verdict> const& verdicts) {
    auto const text = markdown_summary(run_with(verdicts));
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(headline({Verdict::pass, Verdict::fail}), "### rpchspec: 1 of 2 cases failed");
  EXPECT_EQ(headline({Verdict::pass, Verdict::waived}), "### rpchspec: nothing failed");
  EXPECT_EQ(headline({Verdict::pass, Verdict::blocked}),
            "### rpchspec: not all of it could be judged");
  EXPECT_EQ(headline({Verdict::skip}), "### rpchspec: nothing was judged");
}

TEST(MarkdownSummary, DoesNotSayWhichPartOfTheProgramNoticed) {
  auto run = run_with({Verdict::fail});
  run.findings = {finding("f-1", Level::must)};
  run.findings.front().kind = "monitor:echo: body";
  auto const text = markdown_summary(run);
  EXPECT_NE(text.find(", echo&#58; body"), std::string::npos) << text;
  EXPECT_EQ(text.find("monitor"), std::string::npos) << text;
}

TEST(MarkdownSummary, PutsFindingsThatFailFirst) {
  auto run = run_with({Verdict::fail});
  run.findings = {finding("f-waived", Level::must, true), finding("f-warns", Level::should),
                  finding("f-fails", Level::must)};
  auto const text = markdown_summary(run);
  EXPECT_LT(text.find("f-fails"), text.find("f-warns"));
  EXPECT_LT(text.find("f-warns"), text.find("f-waived"));
  EXPECT_NE(text.find("`reset/a@tcp-rst` and 1 more"), std::string::npos);
  EXPECT_NE(text.find("again: `rpchspec run reset/a@tcp-rst`"), std::string::npos);
}

TEST(MarkdownSummary, SaysWhatElseAFindingBreaks) {
  auto run = run_with({Verdict::fail});
  run.findings = {finding("f-fails", Level::must)};
  EXPECT_EQ(markdown_summary(run).find("also"), std::string::npos);
  run.findings[0].also = {"RPCH-2", "FIELD-F01"};
  EXPECT_NE(markdown_summary(run).find("  - also: RPCH-2, FIELD-F01\n"), std::string::npos);
}

TEST(MarkdownSummary, NamesWhatWasNotJudged) {
  auto const text = markdown_summary(run_with({Verdict::pass, Verdict::error}));
  EXPECT_NE(text.find("- error `case/1`: why\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("case/0"), std::string::npos);
  auto run = run_with({Verdict::pass});
  run.complete = false;
  EXPECT_NE(markdown_summary(run).find("not complete"), std::string::npos);
}

TEST(MarkdownSummary, StaysBelowWhatACommentTakes) {
  auto run = run_with(std::vector<Verdict>(3000, Verdict::error));
  for (auto& result : run.cases) {
    result.message = std::string(5000, '*');
  }
  auto large = finding("f", Level::must);
  large.expected = large.seen = large.kind = large.rerun = std::string(70000, '@');
  run.findings.assign(500, large);
  auto const text = markdown_summary(run);
  EXPECT_LT(text.size(), 48000U);
  EXPECT_NE(text.find("and 480 more findings"), std::string::npos);
  EXPECT_NE(text.find("and 2970 more"), std::string::npos);
}

TEST(MarkdownText, IsNothingButText) {
  EXPECT_EQ(markdown_text("a*b_[c](d)"), "a\\*b\\_\\[c\\]\\(d\\)");
  EXPECT_EQ(markdown_text("<img> @you #7"), "&#60;img&#62; &#64;you &#35;7");
  EXPECT_EQ(markdown_text("one\ntwo\r\x1b"), "one two  ");
  EXPECT_EQ(markdown_text("abcdef", 3), "abc...");
  EXPECT_EQ(markdown_text("a\xC3\xA4", 2), "a...") << "not in the middle of a character";
}

TEST(MarkdownCode, HasNoEndInIt) {
  EXPECT_EQ(markdown_code("a`b"), "`a'b`");
  EXPECT_EQ(markdown_code(""), "");
}

}  // namespace
}  // namespace rpchspec::reports
