#include "harness/engine/schedule.hpp"

#include <atomic>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

scenario::v1::Scenario scenario(std::string const& id, int seconds) {
  scenario::v1::Scenario made;
  made.set_id(id);
  made.mutable_expected()->set_seconds(seconds);
  return made;
}

std::vector<std::string> ids(std::vector<CaseJob> const& jobs) {
  std::vector<std::string> all;
  for (auto const& job : jobs) {
    all.push_back(job.scenario->id());
  }
  return all;
}

TEST(InOrder, PutsTheLongestFirstAndTheLonelyLast) {
  auto const quick = scenario("quick", 1);
  auto const slow = scenario("slow", 60);
  auto const alone = scenario("alone", 120);
  auto const jobs = in_order({{&quick}, {&alone, 1, true, false}, {&slow}});
  EXPECT_EQ(ids(jobs), (std::vector<std::string>{"slow", "quick", "alone"}));
}

TEST(RunJobs, PlaysEachJobOnce) {
  auto const one = scenario("one", 1);
  std::vector<CaseJob> jobs;
  for (std::uint32_t i = 0; i < 100; ++i) {
    jobs.push_back({&one, i, i % 10 == 0, false});
  }
  std::mutex mutex;
  std::multiset<std::uint32_t> played;
  ScheduleHooks hooks;
  hooks.go_on = [] { return true; };
  hooks.play = [&](CaseJob const& job) {
    std::lock_guard const lock(mutex);
    played.insert(job.number);
  };
  EXPECT_TRUE(run_jobs(in_order(jobs), 8, hooks).empty());
  EXPECT_EQ(played.size(), 100U);
  EXPECT_EQ(std::set(played.begin(), played.end()).size(), 100U);
}

TEST(RunJobs, PlaysLonelyJobsOneByOneAfterTheOthers) {
  auto const one = scenario("one", 1);
  std::vector<CaseJob> jobs;
  for (std::uint32_t i = 0; i < 16; ++i) {
    jobs.push_back({&one, i, i >= 8, false});
  }
  std::atomic<int> shared_left{8};
  std::atomic<int> running{0};
  ScheduleHooks hooks;
  hooks.go_on = [] { return true; };
  hooks.play = [&](CaseJob const& job) {
    auto const beside = running.fetch_add(1);
    if (job.alone) {
      EXPECT_EQ(beside, 0);
      EXPECT_EQ(shared_left, 0);
    } else {
      --shared_left;
    }
    --running;
  };
  EXPECT_TRUE(run_jobs(in_order(jobs), 4, hooks).empty());
}

TEST(RunJobs, GivesBackWhatDidNotBegin) {
  auto const one = scenario("one", 1);
  std::vector<CaseJob> const jobs(5, CaseJob{&one});
  std::atomic<int> played{0};
  ScheduleHooks hooks;
  hooks.go_on = [&] { return played < 2; };
  hooks.play = [&](CaseJob const&) { ++played; };
  EXPECT_EQ(run_jobs(jobs, 1, hooks).size(), 3U);
}

TEST(EstimatedSeconds, IsTheLongestWhenAllRunSideBySide) {
  auto const quick = scenario("quick", 1);
  auto const slow = scenario("slow", 60);
  auto const jobs = in_order({{&quick}, {&slow}, {&quick}});
  EXPECT_NEAR(estimated_seconds(jobs, 3), 60.1, 0.01);
  EXPECT_NEAR(estimated_seconds(jobs, 1), 62.3, 0.01);
  EXPECT_EQ(estimated_seconds_alone(jobs), 0);
}

TEST(EstimatedSeconds, AddsWhatRunsAlone) {
  auto const quick = scenario("quick", 1);
  auto const slow = scenario("slow", 60);
  std::vector<CaseJob> jobs{{&quick}, {&slow}};
  jobs[0].alone = true;
  EXPECT_NEAR(estimated_seconds_alone(jobs), 1.1, 0.01);
  EXPECT_NEAR(estimated_seconds(jobs, 3), 61.2, 0.01);
}

TEST(EstimatedBytes, CountsPayloadOnBothSidesOfTheProxy) {
  auto one = scenario("one", 1);
  one.add_steps()->mutable_client_send()->set_bytes(1000);
  auto& nested = *one.add_steps()->mutable_parallel()->add_branches()->add_steps();
  nested.mutable_server_send()->set_bytes(10);
  nested.mutable_server_send()->set_count(3);
  EXPECT_EQ(estimated_bytes({{&one}, {&one}}), 2U * 2U * 1030U);
}

}  // namespace
}  // namespace rpchspec::engine
