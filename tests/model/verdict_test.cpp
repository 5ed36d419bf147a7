#include "model/verdict.hpp"

#include <gtest/gtest.h>

namespace rpchspec::model {
namespace {

TEST(Verdict, IsWrittenAsTheReportsSpellIt) {
  EXPECT_EQ(to_string(Verdict::pass), "pass");
  EXPECT_EQ(to_string(Verdict::warn), "warn");
  EXPECT_EQ(to_string(Verdict::fail), "fail");
  EXPECT_EQ(to_string(Verdict::waived), "waived");
  EXPECT_EQ(to_string(Verdict::skip), "skip");
  EXPECT_EQ(to_string(Verdict::not_run), "not-run");
  EXPECT_EQ(to_string(Verdict::blocked), "blocked");
  EXPECT_EQ(to_string(Verdict::error), "error");
  EXPECT_EQ(to_string(Level::not_applicable), "n/a");
  EXPECT_EQ(to_string(Level::product), "product");
}

}  // namespace
}  // namespace rpchspec::model
