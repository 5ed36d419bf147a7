// Cases that two executors play over a link, one the client's side and one the servers', against
// the embedded proxy, beside the same cases played by one.

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/engine/case_run.hpp"
#include "harness/engine/elsewhere.hpp"
#include "harness/engine/peer_listener.hpp"
#include "harness/engine/stream_link.hpp"
#include "harness/loader/load.hpp"
#include "harness/loader/selector.hpp"
#include "harness/targets/needs.hpp"
#include "journal/reader.hpp"
#include "tests/engine/carrying_scenario.hpp"
#include "tests/engine/case_fixture.hpp"

namespace rpchspec::engine {
namespace {

namespace fs = std::filesystem;
using scenario::v1::Scenario;
using test::kCarries;

constexpr auto kQuick = std::chrono::milliseconds(2500);

class TwoMachines : public test::CaseFixture {
 protected:
  TwoMachines()
      : CaseFixture("two-machines"),
        peer_([](std::string_view token) { return token == "let me in"; }) {
    target_.backend_ports = {0, 0, 0};
    auto listening = PeerListener::start(peer_, {});
    EXPECT_TRUE(listening) << to_string(listening.error());
    listening_ = std::move(*listening);
    way_.emplace(net::ConnectOptions("127.0.0.1", listening_->port()), "let me in");
  }

  void open() {
    auto opened = Elsewhere::open(*way_, target_);
    ASSERT_TRUE(opened) << to_string(opened.error());
    elsewhere_ = std::move(*opened);
  }

  CaseOutcome play(Scenario const& scenario, Elsewhere* elsewhere) {
    auto around = surroundings();
    around.elsewhere = elsewhere;
    CaseOrder order;
    order.scenario = &scenario;
    order.number = next_++;
    order.directory = directory_ / (elsewhere != nullptr ? "two" : "one") / scenario.id();
    return run_case(around, order, [] { return false; });
  }

  /// The quick cases of these categories.
  std::vector<Scenario> shipped(std::set<std::string> const& categories) {
    auto suite = loader::load_suite(RPCHSPEC_SOURCE_DIR "/scenarios", *library_);
    EXPECT_TRUE(suite) << loader::to_string(suite.error());
    auto target = target_;
    target.backend_at = targets::Address{"127.0.0.1", listening_->port()};
    std::vector<Scenario> chosen;
    for (auto const& scenario : suite->scenarios) {
      if (categories.contains(scenario.category()) && !targets::skip_reason(scenario, target) &&
          loader::expected_duration(scenario) <= kQuick) {
        chosen.push_back(scenario);
      }
    }
    return chosen;
  }

  Peer peer_;
  std::unique_ptr<PeerListener> listening_;
  std::optional<StreamWay> way_;
  std::unique_ptr<Elsewhere> elsewhere_;
  std::atomic<std::uint32_t> next_{1};
};

std::string in_words(model::CaseResult const& result) {
  std::string text(model::to_string(result.verdict));
  for (auto const& each : result.observations) {
    text += fmt::format("; {} {} {}", each.requirement, each.leg, static_cast<int>(each.outcome));
  }
  return text;
}

TEST_F(TwoMachines, PlayTheShippedSuiteAsOneDoes) {
  open();
  auto const cases = shipped({"connection", "forwarding", "reset", "flow-control", "v1"});
  EXPECT_GT(cases.size(), 60U);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  auto const work = [&] {
    for (auto i = next++; i < cases.size(); i = next++) {
      auto const one = play(cases[i], nullptr).judgement;
      auto two = play(cases[i], elsewhere_.get());
      for (int again = 0; two.judgement.lagged && again < 3; ++again) {
        two = play(cases[i], elsewhere_.get());
      }
      auto const replayed = reports::judge(cases[i], two.journal, library_->requirements).result;
      std::lock_guard const lock(mutex);
      if (one.lagged || two.judgement.lagged) {
        continue;  // this machine is too busy to say anything
      }
      EXPECT_EQ(in_words(one.result), in_words(two.judgement.result))
          << cases[i].id() << "\n"
          << two.judgement.result.message;
      EXPECT_EQ(in_words(replayed), in_words(two.judgement.result)) << cases[i].id();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back(work);
  }
  for (auto& thread : threads) {
    thread.join();
  }
}

TEST_F(TwoMachines, SeeWhatABrokenProxyDoes) {
  target_.defect = "pdu-dropped";
  open();
  auto const scenario = scenario_of(kCarries);
  auto const outcome = play(scenario, elsewhere_.get());
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::fail)
      << outcome.judgement.result.message;
  EXPECT_EQ(outcome.judgement.result.requirements.at(0), "RPCH-1.3.4-01");
}

TEST_F(TwoMachines, LeaveOneJournalThatSaysWhoseClockItKnowsHowWell) {
  open();
  auto const scenario = scenario_of(kCarries);
  auto const outcome = play(scenario, elsewhere_.get());
  EXPECT_FALSE(fs::exists(outcome.journal.parent_path() / "servers.bin"));
  std::optional<journal::v1::Elsewhere> elsewhere;
  std::set<std::uint32_t> numbers;
  std::size_t of_servers = 0;
  ASSERT_TRUE(journal::read(outcome.journal, [&](journal::v1::Event const& event) {
    if (event.has_started()) {
      elsewhere = event.started().elsewhere();
    }
    numbers.insert(event.connection());
    of_servers += event.source() == journal::v1::SERVER ? 1 : 0;
  }));
  ASSERT_TRUE(elsewhere);
  EXPECT_EQ(elsewhere->source(), journal::v1::SERVER);
  EXPECT_EQ(elsewhere->address(), way_->address());
  EXPECT_GT(elsewhere->clock_error_ns(), 0U);
  EXPECT_LT(elsewhere->clock_error_ns(), 1'000'000'000U);
  EXPECT_GT(of_servers, 8U);
  EXPECT_EQ(numbers, (std::set<std::uint32_t>{0, 1, 2, 3, 4}));
}

TEST_F(TwoMachines, RefuseARunWithoutTheToken) {
  StreamWay way(net::ConnectOptions("127.0.0.1", listening_->port()), "please");
  auto const opened = Elsewhere::open(way, target_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("the token is missing or wrong"), std::string::npos)
      << opened.error().detail;
}

TEST_F(TwoMachines, SayThatNobodyListens) {
  StreamWay way(net::ConnectOptions("127.0.0.1", 1), "let me in");
  auto const opened = Elsewhere::open(way, target_);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("the agent at 127.0.0.1:1 can't be reached"),
            std::string::npos)
      << opened.error().detail;
}

TEST_F(TwoMachines, SayThatNobodyAnswers) {
  net::asio::io_context io;
  auto const silent = net::Listener::bind(io.get_executor(), net::ListenOptions("127.0.0.1", 0));
  ASSERT_TRUE(silent) << to_string(silent.error());
  StreamWay way(net::ConnectOptions("127.0.0.1", silent->local_port()), "let me in");
  auto const opened = Elsewhere::open(way, target_, std::chrono::seconds(2));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().detail, "the agent at " + way.address() + " did not answer: time-out");
}

TEST_F(TwoMachines, RefuseACaseOfARunThatIsOver) {
  open();
  auto const scenario = scenario_of(kCarries);
  auto const port = listening_->port();
  listening_.reset();
  auto listening = PeerListener::start(peer_, {"127.0.0.1", port});
  ASSERT_TRUE(listening) << to_string(listening.error());
  listening_ = std::move(*listening);
  auto const outcome = play(scenario, elsewhere_.get());
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::error);
  EXPECT_NE(outcome.judgement.result.message.find("there is no such run"), std::string::npos)
      << outcome.judgement.result.message;
}

constexpr char const* kWaits = R"(
id: connection/waits
title: A virtual connection stays for a while
since: "1.0"
given: [opened]
steps:
  - pause: {for: 60s}
expect:
  - {client.out: {stays_open: {for: 1s}}, by: RPCH-1.3.4-01}
)";

TEST_F(TwoMachines, EndTheCaseWhenTheLinkBreaks) {
  open();
  auto const scenario = scenario_of(kWaits);
  auto const journal = directory_ / "two" / scenario.id() / "servers.bin";
  std::thread breaking([&] {
    auto const given_up = Clock::now() + std::chrono::seconds(30);
    while (Clock::now() < given_up && !(fs::exists(journal) && fs::file_size(journal) > 0)) {
      std::this_thread::yield();
    }
    listening_.reset();
  });
  auto const outcome = play(scenario, elsewhere_.get());
  breaking.join();
  EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::error);
  EXPECT_NE(outcome.judgement.result.message.find("the link ended"), std::string::npos)
      << outcome.judgement.result.message;
}

}  // namespace
}  // namespace rpchspec::engine
