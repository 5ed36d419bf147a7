// Cases of the shipped suite, played here, judged from two halves as two machines would have
// written them, where the servers' clock is not quite what it was measured to be.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include "harness/engine/case_run.hpp"
#include "harness/loader/load.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/needs.hpp"
#include "journal/merge.hpp"
#include "journal/reader.hpp"
#include "reports/judge.hpp"
#include "tests/engine/case_fixture.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;
using scenario::v1::Scenario;

constexpr auto kShort = std::chrono::milliseconds(1000);
constexpr std::int64_t kAhead = 3'000'000'000;  // ns, of the servers' clock

/// How wrong the measured difference is, and how wrong it says that it may be.
struct Skew {
  std::int64_t off_ns = 0;
  std::int64_t end_ns = 0;  // at the end of the case
  std::int64_t error_ns = 0;
};

constexpr Skew kSkews[] = {{0, 0, 500'000},
                           {400'000, 400'000, 500'000},
                           {-400'000, -400'000, 500'000},
                           {2'000'000, 2'000'000, 2'500'000},
                           {-2'000'000, -2'000'000, 2'500'000},
                           {-400'000, 400'000, 500'000},
                           {2'000'000, -2'000'000, 2'500'000}};

/// What the monitors object to, a line each.
std::set<std::string> objections(model::CaseResult const& result) {
  std::set<std::string> lines;
  for (auto const& each : result.observations) {
    if (each.from_monitor) {
      lines.insert(each.requirement + " " + each.leg + " " + each.kind);
    }
  }
  return lines;
}

std::set<std::string> choices(model::CaseResult const& result) {
  std::set<std::string> lines;
  for (auto const& each : result.choices) {
    lines.insert(each.subject + "=" + each.chosen);
  }
  return lines;
}

class SkewedClocks : public test::CaseFixture {
 protected:
  SkewedClocks() : CaseFixture("skewed-clocks") {}

  /// The short ones of these categories, and those with these ids.
  std::vector<Scenario> shipped(std::set<std::string> const& chosen) {
    auto suite = loader::load_suite(RPCHSPEC_SOURCE_DIR "/scenarios", *library_);
    EXPECT_TRUE(suite) << loader::to_string(suite.error());
    std::vector<Scenario> cases;
    for (auto const& scenario : suite->scenarios) {
      bool const short_one =
          chosen.contains(scenario.category()) && loader::expected_duration(scenario) <= kShort;
      if ((short_one || chosen.contains(scenario.id())) &&
          !targets::skip_reason(scenario, target_)) {
        cases.push_back(scenario);
      }
    }
    return cases;
  }

  CaseOutcome play(Scenario const& scenario, double timeout_scale = 1) {
    CaseOrder order;
    order.scenario = &scenario;
    order.number = next_++;
    order.directory = directory_ / target_.defect / scenario.id();
    return run_case(surroundings(timeout_scale), order, [] { return false; });
  }

  model::CaseResult judged(Scenario const& scenario, fs::path const& journal) const {
    return reports::judge(scenario, journal, library_->requirements).result;
  }

  /// As it is judged from the two halves that it would have been written in.
  model::CaseResult judged(Scenario const& scenario,
                           fs::path const& journal,
                           Skew const& skew) const {
    auto const folder = journal.parent_path();
    {
      std::ofstream ours(folder / "ours", std::ios::binary);
      std::ofstream peers(folder / "peers", std::ios::binary);
      auto const length = static_cast<double>(last_of(journal));
      EXPECT_TRUE(journal::read(journal, [&](journal::v1::Event const& event) {
        auto const of_server = event.source() == journal::v1::SERVER;
        auto copy = event;
        if (of_server) {
          auto const share = static_cast<double>(event.at_ns()) / length;
          auto const off =
              skew.off_ns +
              static_cast<std::int64_t>(share * static_cast<double>(skew.end_ns - skew.off_ns));
          copy.set_at_ns(event.at_ns() + static_cast<std::uint64_t>(kAhead + off));
        }
        google::protobuf::util::SerializeDelimitedToOstream(copy, of_server ? &peers : &ours);
      }));
    }
    journal::Halves halves{folder / "ours", folder / "peers"};
    halves.clock = journal::PeerClock({0, kAhead + skew.error_ns, 2 * skew.error_ns});
    halves.elsewhere.set_source(journal::v1::SERVER);
    EXPECT_TRUE(journal::merge(halves, folder / "both"));
    return judged(scenario, folder / "both");
  }

  static std::uint64_t last_of(fs::path const& journal) {
    std::uint64_t last = 1;
    EXPECT_TRUE(journal::read(journal, [&](journal::v1::Event const& event) {
      last = std::max<std::uint64_t>(last, event.at_ns());
    }));
    return last;
  }

  std::atomic<std::uint32_t> next_{1};
};

constexpr std::size_t kSkewsACase = 2;  // others for the next one: sanitized, each takes its time

TEST_F(SkewedClocks, FindNothingInASoundProxy) {
  auto const cases =
      shipped({"connection", "forwarding", "flow-control", "recycling", "reset", "v1"});
  EXPECT_GT(cases.size(), 150U);
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> compared{0};
  std::mutex mutex;
  auto const work = [&] {
    for (auto i = next++; i < cases.size(); i = next++) {
      auto const outcome = play(cases[i]);
      auto const whole = judged(cases[i], outcome.journal);
      for (auto each = i; each < i + kSkewsACase; ++each) {
        auto const& skew = kSkews[each % std::size(kSkews)];
        auto const seen = judged(cases[i], outcome.journal, skew);
        auto const known = choices(whole);
        auto const told = choices(seen);
        std::lock_guard const lock(mutex);
        EXPECT_EQ(objections(seen), objections(whole))
            << cases[i].id() << " " << skew.off_ns << " " << skew.end_ns;
        EXPECT_TRUE(std::includes(known.begin(), known.end(), told.begin(), told.end()))
            << cases[i].id() << " " << skew.off_ns << " " << skew.end_ns;
      }
      ++compared;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back(work);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(compared, cases.size());
}

struct Broken {
  char const* defect;
  char const* id;
  char const* objection;
};

class SkewedClocksOfABrokenProxy : public SkewedClocks,
                                   public testing::WithParamInterface<Broken> {};

TEST_P(SkewedClocksOfABrokenProxy, FindItAllTheSame) {
  target_.defect = GetParam().defect;
  auto const cases = shipped({GetParam().id});
  ASSERT_EQ(cases.size(), 1U);
  auto const outcome = play(cases[0], 0.1);  // what never comes need not be waited for
  ASSERT_TRUE(objections(judged(cases[0], outcome.journal)).contains(GetParam().objection))
      << fmt::format("{}", fmt::join(objections(judged(cases[0], outcome.journal)), "\n"));
  for (auto const& skew : kSkews) {
    EXPECT_TRUE(objections(judged(cases[0], outcome.journal, skew)).contains(GetParam().objection))
        << skew.off_ns << " " << skew.end_ns;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Monitors,
    SkewedClocksOfABrokenProxy,
    testing::Values(Broken{"pdu-duplicated", "forwarding/client-pdu-types-pass@bind",
                           "RPCH-1.3.4-01 server.in monitor:forwarding: delivered twice"},
                    Broken{"pdus-swapped", "forwarding/in-payload-intact@usual",
                           "RPCH-3.2.1.1.4-02 server.in monitor:forwarding: out of order"},
                    Broken{"ack-counts-rts", "flow-control/pings-not-counted",
                           "RPCH-3.2.1.1.4-01 server.in monitor:acks: more than was sent"},
                    Broken{"in-flight-forgotten", "flow-control/server-acks-counted-exactly",
                           "RPCH-3.2.1.5.1.1-02 server.in monitor:window: window exceeded"},
                    Broken{"successor-window-ignored", "recycling/out-successor-window@r2",
                           "RPCH-3.2.4.5.6.1-03 client.out monitor:window: window exceeded"},
                    Broken{"forwarded-altered", "forwarding/routed-to-client@out-r1-a1",
                           "RPCH-3.2.1.5.2-05 client.out monitor:routing: changed"},
                    Broken{"c2-window-halved", "connection/c2-describes-in-channel",
                           "RPCH-2.2.4.9-02 client.out monitor:values: ReceiveWindowSize"},
                    Broken{"rpc-before-b3", "flow-control/plugged-until-b3",
                           "RPCH-3.2.3.5.3-07 server.in monitor:window: before CONN/B3"},
                    Broken{"v1-head-at-once", "v1/waits-for-the-legacy-response",
                           "RPCH-3.1.2.5.1-02 client.v1 monitor:v1: answered too early"}),
    [](auto const& broken) {
      std::string name = broken.param.defect;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace rpchspec::engine
