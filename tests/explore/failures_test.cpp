#include "harness/explore/failures.hpp"

#include <gtest/gtest.h>

namespace rpchspec::explore {
namespace {

TEST(Failures, TheLightestIsLookedInto) {
  auto const choice = choose({{1, "heavy", 9, {"A"}}, {2, "light", 3, {"A"}}});
  EXPECT_EQ(choice.lightest.number, 2U);
  EXPECT_TRUE(choice.elsewhere.empty()) << "both broke the same";
}

TEST(Failures, WhatOnlyTheOthersBrokeIsToldOnceOfTheLightestThatDid) {
  auto const choice =
      choose({{1, "heaviest", 9, {"B", "C"}}, {2, "light", 1, {"A"}}, {3, "heavy", 5, {"A", "B"}}});
  EXPECT_EQ(choice.elsewhere, (std::vector<BrokenElsewhere>{{"B", "heavy"}, {"C", "heaviest"}}));
}

TEST(Failures, OnlyWhatNeverCameOfLevelMustIsBroken) {
  model::CaseResult result;
  auto const observe = [&](char const* id, model::Outcome outcome, model::Level level) {
    auto& observation = result.observations.emplace_back();
    observation.requirement = id;
    observation.outcome = outcome;
    observation.level = level;
  };
  observe("broken", model::Outcome::never, model::Level::must);
  observe("late", model::Outcome::late, model::Level::must);
  observe("held", model::Outcome::held, model::Level::must);
  observe("wished", model::Outcome::never, model::Level::should);
  EXPECT_EQ(broken_by(result), std::set<std::string>{"broken"});
}

}  // namespace
}  // namespace rpchspec::explore
