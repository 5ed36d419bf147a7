// Growth of the proxy over a whole run.

#include "harness/engine/usage_of_run.hpp"

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

constexpr std::uint64_t kMebi = 1U << 20;

std::string grown_to(targets::Usage const& after, std::uint64_t connections = 1000) {
  std::string text;
  for (auto const& each : growth({2, 40, 50 * kMebi}, after, connections)) {
    text += each.requirement + " ";
  }
  return text;
}

TEST(UsageOfRun, SeesWhatFewOfManyConnectionsLeave) {
  EXPECT_EQ(grown_to({2, 40, 50 * kMebi}), "");
  EXPECT_EQ(grown_to({2, 60, 50 * kMebi}), "PROD-Resources-01 ");
  EXPECT_EQ(grown_to({2, 40, 400 * kMebi}), "PROD-Resources-02 ");
}

TEST(UsageOfRun, AllowsPoolsWarmCachesAndWorkers) {
  EXPECT_EQ(grown_to({2, 55, 170 * kMebi}), "");
  EXPECT_EQ(grown_to({8, 160, 200 * kMebi}), "") << "six workers more, each like the others";
  EXPECT_EQ(grown_to({8, 190, 200 * kMebi}), "PROD-Resources-01 ");
  EXPECT_EQ(grown_to({2, 600, 900 * kMebi}, 20), "") << "too few connections";
}

class Growing {
 public:
  /// Looks at a proxy that holds these numbers of descriptors, one look after the other; the last
  /// of them for good.
  explicit Growing(std::vector<std::uint32_t> held) {
    run_.begin([this, held = std::move(held)]() -> std::optional<targets::Usage> {
      return targets::Usage{1, held[std::min(looks_++, held.size() - 1)], kMebi};
    });
    run_.add(100);
  }

  std::optional<model::CaseResult> end(int signal = 0) {
    std::atomic<int> const stop = signal;
    return run_.end({}, "rpc-proxy", stop);
  }

 private:
  std::size_t looks_ = 0;
  UsageOfRun run_;
};

TEST(UsageOfRun, GivesTheLastConnectionsTimeToGo) {
  EXPECT_FALSE(Growing({20, 90, 50, 20}).end());
}

TEST(UsageOfRun, DoesNotWaitWhereTheRunIsInterrupted) {
  EXPECT_FALSE(Growing({20, 90}).end(2));
}

TEST(UsageOfRun, SaysNothingOfAProxyThatItDoesNotKnow) {
  UsageOfRun run;
  run.begin(pid_t{0});
  run.add(100);
  std::atomic<int> const stop = 0;
  EXPECT_FALSE(run.end({}, "rpc-proxy", stop));
}

}  // namespace
}  // namespace rpchspec::engine
