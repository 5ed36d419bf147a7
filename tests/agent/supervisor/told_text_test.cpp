#include "harness/agent/supervisor/told_text.hpp"

#include <gtest/gtest.h>

#include "harness/agent/supervisor/outcome.hpp"
#include "journal/utf8.hpp"

namespace rpchspec::supervisor {
namespace {

TEST(ToldText, IsCutBetweenCharacters) {
  EXPECT_EQ(told_text("short", 8), "short");
  EXPECT_EQ(told_text("12345678", 8), "12345678");
  EXPECT_EQ(told_text("a\xFF", 8), "a?");
  std::string text;
  for (int i = 0; i < 10; ++i) {
    text += "\xE2\x82\xAC";  // a euro sign
  }
  for (std::size_t most = 8; most < text.size(); ++most) {
    auto const told = told_text(text, most);
    EXPECT_LE(told.size(), most);
    EXPECT_TRUE(told.ends_with(" [...]"));
    EXPECT_EQ(told.find('?'), std::string::npos) << told;
    EXPECT_EQ(journal::valid_utf8_prefix(told), told.size());
  }
}

TEST(Refusal, OfVeryManyProblemsTellsTheFirstOnes) {
  std::vector<api::Problem> problems;
  for (int i = 0; i < 250; ++i) {
    problems.push_back(problem("selectors", std::string(100000, 'x')));
  }
  auto const refused = refuse_all(problems, 7).value();
  EXPECT_EQ(refused.problems.size() + refused.more, 257U);
  EXPECT_LT(refused.problems.size(), 200U);
  EXPECT_LT(refused.problems.front().text().size(), 2000U);
  EXPECT_TRUE(refused.text.ends_with("(and 256 more)")) << refused.text;
}

}  // namespace
}  // namespace rpchspec::supervisor
