// Shards of a run to one result, none lost.

#include <gtest/gtest.h>

#include "case_results.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"

namespace rpchspec::reports {
namespace {

using model::CaseResult;
using model::RunResult;
using model::Verdict;
using test::case_result;

RunResult shard(std::uint32_t index, std::uint32_t count, std::vector<CaseResult> cases) {
  RunResult run;
  run.complete = true;
  run.suite = "1.0";
  run.started = "2027-01-01T00:00:0" + std::to_string(index) + "Z";
  run.duration_s = index;
  run.target.topology = "rpc-proxy";
  run.shard = {index, count, 4, "00000000000000aa"};
  run.cases = std::move(cases);
  summarize(run);
  return run;
}

std::vector<RunResult> two() {
  return {
      shard(2, 2, {case_result("reset/b", Verdict::fail), case_result("echo/a", Verdict::pass)}),
      shard(1, 2, {case_result("echo/c", Verdict::pass), case_result("echo/a", Verdict::warn)})};
}

TEST(Merge, MakesTheWholeOfAllShardsInAnyOrder) {
  auto const merged = merge(two(), 0);
  ASSERT_TRUE(merged);
  auto const& run = merged->run;
  EXPECT_TRUE(run.complete);
  EXPECT_EQ(merged->missing_shards, 0U);
  EXPECT_EQ(run.shard.count, 1U);
  EXPECT_EQ(run.started, "2027-01-01T00:00:01Z");
  EXPECT_EQ(run.duration_s, 2);
  ASSERT_EQ(run.cases.size(), 3U);
  EXPECT_EQ(run.cases[0].id, "echo/a");
  EXPECT_EQ(run.cases[0].verdict, Verdict::warn);
  EXPECT_EQ(run.cases[2].id, "reset/b");
  EXPECT_EQ(run.summary.at(Verdict::fail), 1U);
}

TEST(Merge, SaysWhichShardsAreMissingWithoutBeingToldHowManyThereAre) {
  auto const merged = merge({shard(1, 4, {}), shard(3, 4, {})}, 0);
  ASSERT_TRUE(merged);
  EXPECT_FALSE(merged->run.complete);
  EXPECT_EQ(merged->missing, (std::vector<std::uint32_t>{2, 4}));
  EXPECT_EQ(merged->missing_shards, 2U);
  EXPECT_EQ(merge({shard(1, 4, {})}, 4)->missing_shards, 3U);
}

TEST(Merge, LetsOneLookAtASingleShard) {
  auto const merged = merge({shard(1, 4, {case_result("echo/a", Verdict::pass)})}, 0);
  EXPECT_TRUE(merged->run.complete);
  EXPECT_EQ(merged->run.shard.count, 4U);
}

TEST(Merge, IsNotCompleteWhereAShardIsNot) {
  auto shards = two();
  shards[1].complete = false;
  EXPECT_FALSE(merge(shards, 2)->run.complete);
}

TEST(Merge, RefusesWhatIsNotOfOneRun) {
  auto const said = [](std::vector<RunResult> shards, std::size_t expected = 0) {
    auto const merged = merge(std::move(shards), expected);
    return merged ? std::string() : merged.error().detail;
  };
  auto other = shard(1, 2, {});
  other.seed = 7;
  EXPECT_NE(said({shard(2, 2, {}), other}).find("seed 0 and seed 7"), std::string::npos);
  other = shard(1, 2, {});
  other.shard.selection = "00000000000000bb";
  other.shard.selected = 9;
  EXPECT_NE(said({shard(2, 2, {}), other}).find("4 cases and another of 9"), std::string::npos);
  EXPECT_NE(said({shard(1, 2, {}), shard(1, 3, {})}).find("shards of 2"), std::string::npos);
  EXPECT_NE(said({shard(1, 2, {}), shard(1, 2, {})}).find("1/2 is there twice"), std::string::npos);
  EXPECT_NE(said(two(), 3).find("shards of 2, and 3 are expected"), std::string::npos);
  EXPECT_FALSE(merge({}, 2));
}

TEST(Merge, OfRunsThatAreNoShardsCountsThem) {
  EXPECT_EQ(merge({shard(1, 1, {}), shard(1, 1, {})}, 3)->missing_shards, 1U);
}

TEST(ResultsJson, KeepsWhichShardItIs) {
  auto const back = from_json(to_json(shard(3, 5, {})));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->shard.index, 3U);
  EXPECT_EQ(back->shard.count, 5U);
  EXPECT_EQ(back->shard.selected, 4U);
  EXPECT_EQ(back->shard.selection, "00000000000000aa");
  EXPECT_EQ(to_json(shard(1, 1, {})).find("\"shard\""), std::string::npos);
}

}  // namespace
}  // namespace rpchspec::reports
