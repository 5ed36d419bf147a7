#include "harness/agent/supervisor/words.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rpchspec::supervisor {
namespace {

TEST(Words, ANameIsOneComponentOfAPathAndNoOption) {
  for (auto const* each : {"a", "nightly-1", "Run_2.x", "0"}) {
    EXPECT_TRUE(is_name(each)) << each;
  }
  for (auto const* each : {"", ".", "..", ".x", "-x", "--out", "_x", "a/b", "a b", "a\nb", "a$b",
                           "\xc3\xa9", "a;b", "a\\b"}) {
    EXPECT_FALSE(is_name(each)) << each;
  }
  EXPECT_TRUE(is_name(std::string(64, 'a')));
  EXPECT_FALSE(is_name(std::string(65, 'a')));
  EXPECT_FALSE(is_name(std::string("a\0b", 3)));
}

TEST(Words, AScenarioFileIsANameWithItsEnding) {
  EXPECT_TRUE(is_file_name("mine.yaml"));
  for (auto const* each : {".yaml", "mine", "mine.yml", "../mine.yaml", "mine.yaml/x", "-.yaml"}) {
    EXPECT_FALSE(is_file_name(each)) << each;
  }
}

TEST(Words, ASelectorNamesCasesAndNoFile) {
  for (auto const* each : {"reset/", "echo/in-echo@empty", "*", "reset/*@tcp-rst", "a/b@x,y=1"}) {
    EXPECT_TRUE(is_selector(each)) << each;
  }
  for (auto const* each : {"", "-x", "--start=x", "/etc/passwd", "../x", "a/../b", "x.yaml",
                           "x.yml", "$(x)", "a b", "a`b", "a|b", "a\tb"}) {
    EXPECT_FALSE(is_selector(each)) << each;
  }
}

TEST(Words, AValueHasNothingThatAShellKnows) {
  for (auto const* each : {"", "30s", "64KiB", "receive_window=64KiB", "host:1-2;[::1]:3", "2/4"}) {
    EXPECT_TRUE(is_value(each)) << each;
  }
  for (auto const* each :
       {"a b", "$x", "a`b", "a\nb", "'", "\"", "a|b", "a&b", "a>b", "a\\b", "#"}) {
    EXPECT_FALSE(is_value(each)) << each;
  }
  EXPECT_FALSE(is_value(std::string(257, 'a')));
}

}  // namespace
}  // namespace rpchspec::supervisor
