// What is left at the end of a case, and what a refusal carries.

#include <gtest/gtest.h>

#include "monitor_fixture.hpp"

namespace rpchspec::reports::test {
namespace {

JournalBuilder& leave(JournalBuilder& journal) {
  v1::Event event;
  event.mutable_note()->set_text(std::string(kClientLeft));
  return journal.add(event);
}

/// The client leaves at 2 s, and the server's IN leg ends at this time.
std::string left_until(double seconds, std::string topology = "embedded") {
  auto journal = open({}, std::move(topology));
  leave(journal.at(2)).ended(kServerOut, v1::RECEIVED, v1::FIN);
  journal.at(seconds).ended(kServerIn, v1::RECEIVED, v1::FIN).finished();
  return said(journal);
}

TEST(LeakMonitor, SeesAServersConnectionThatOutlivesTheClient) {
  EXPECT_EQ(left_until(2.1), "");
  EXPECT_EQ(left_until(11.9), "") << "slow is not a leak";
  EXPECT_EQ(left_until(12.6), "leaks RPCH-3.2.3.5.10-02");
  EXPECT_EQ(left_until(12.6, "rpc-proxy"), "leaks RPCH-3.2.3.5.10-02");
  EXPECT_EQ(left_until(12.6, "http-front").find("leaks"), std::string::npos)
      << "what a front keeps is its own";
}

TEST(LeakMonitor, GivesTheServersOfAnotherMachineTheErrorOfTheirClock) {
  auto const left_at = [](double seconds) {
    auto journal = open();
    leave(journal.at(2)).ended(kServerOut, v1::RECEIVED, v1::FIN);
    journal.at(seconds).ended(kServerIn, v1::RECEIVED, v1::FIN).finished();
    JournalBuilder elsewhere;
    auto started = elsewhere.events().front();
    started.mutable_started()->mutable_elsewhere()->set_source(v1::SERVER);
    started.mutable_started()->mutable_elsewhere()->set_clock_error_ns(1'000'000'000);
    elsewhere.add(started);
    for (auto const& event : journal.events()) {
      if (!event.has_started()) {
        elsewhere.at(static_cast<double>(event.at_ns()) / 1e9).add(event);
      }
    }
    return said(elsewhere);
  };
  EXPECT_EQ(left_at(12.6), "");
  EXPECT_EQ(left_at(13.6), "leaks RPCH-3.2.3.5.10-02");
}

TEST(LeakMonitor, SeesAConnectionThatNeverEnded) {
  auto journal = open();
  leave(journal.at(2)).ended(kServerIn, v1::RECEIVED, v1::FIN).at(12.6);
  auto interrupted = journal;
  EXPECT_EQ(said(journal.finished()), "leaks RPCH-3.2.4.5.14-02");
  EXPECT_EQ(said(interrupted.finished(true)), "") << "nobody waited for it";
}

TEST(LeakMonitor, CountsFromTheTimeTheClientLeft) {
  auto journal = open();
  journal.at(100).rpc(kServerOut, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, 1);
  EXPECT_EQ(said(journal.at(200).finished()), "") << "it never did";
}

TEST(LeakMonitor, SaysNothingWhereTheServerReadsNothing) {
  auto journal = open();
  leave(journal.at(2)).at(12.6).finished();
  scenario::v1::Scenario scenario;
  scenario.mutable_server()->set_no_read(true);
  EXPECT_EQ(said(journal, scenario), "");
}

JournalBuilder& holds(JournalBuilder& journal, std::uint32_t descriptors, std::uint64_t mib) {
  v1::Event event;
  event.mutable_resources()->set_descriptors(descriptors);
  event.mutable_resources()->set_resident(mib << 20);
  return journal.add(event);
}

/// So many connections of a client, between the first sample (20 descriptors, 30 MiB) and this one.
std::string grown(std::uint32_t connections, std::uint32_t descriptors, std::uint64_t mib) {
  JournalBuilder journal("rpc-proxy");
  holds(journal, 20, 30);
  for (std::uint32_t i = 0; i < connections; ++i) {
    End const one{v1::CLIENT, v1::OUT, 100 + i, i + 1};
    journal.opened(one).ended(one, v1::SENT, v1::FIN);
  }
  return said(holds(journal, descriptors, mib));
}

TEST(ResourcesMonitor, SeesGrowthInStepWithTheConnections) {
  EXPECT_EQ(grown(48, 20, 30), "");
  EXPECT_EQ(grown(48, 68, 30), "resources PROD-Resources-01");
  EXPECT_EQ(grown(48, 20, 200), "resources PROD-Resources-02");
}

TEST(ResourcesMonitor, AllowsReservesAndPools) {
  EXPECT_EQ(grown(48, 30, 30), "") << "a few connections kept for the next client";
  EXPECT_EQ(grown(48, 20, 90), "") << "what an allocator keeps";
  EXPECT_EQ(grown(4, 30, 500), "") << "too few to tell";
}

std::string refused_with(std::string const& body, std::string const& reason = "RPC Error: 6ba") {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.response(kClientOut, v1::RECEIVED, 503, reason, {}, 10);
  if (!body.empty()) {
    journal.raw(kClientOut, v1::RECEIVED, body, "body");
  }
  return said(journal);
}

TEST(HeadMonitor, ReadsTheBodyOfARefusal) {
  EXPECT_EQ(refused_with(""), "");
  EXPECT_EQ(refused_with("RPC EEInfo:AAEC\r\n"), "");
  EXPECT_EQ(refused_with("<html></html>"), "");
  EXPECT_EQ(refused_with("RPC EEInfo:AAEC"), "http-heads RPCH-2.1.2.1.3-10");
  EXPECT_EQ(refused_with("RPC EEInfo:AA EC\r\n"), "http-heads RPCH-2.1.2.1.3-10");
  EXPECT_EQ(refused_with("RPC EEInfo:\r\n"), "http-heads RPCH-2.1.2.1.3-10");
}

TEST(HeadMonitor, LeavesThePageOfAnotherErrorToItsAuthor) {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.response(kClientOut, v1::RECEIVED, 403, "Forbidden");
  journal.raw(kClientOut, v1::RECEIVED, "<html></html>", "body");
  EXPECT_EQ(said(journal), "");
}

TEST(HeadMonitor, LooksOnlyAtWhatTheRecordHasOfALongBody) {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6ba", {}, 10);
  journal.raw(kClientOut, v1::RECEIVED, "RPC EEInfo:" + std::string(245, 'A'), "body");
  auto event = journal.events().back();
  JournalBuilder longer;
  longer.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  longer.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6ba", {}, 10);
  event.mutable_raw()->set_size(1000);
  EXPECT_EQ(said(journal), "http-heads RPCH-2.1.2.1.3-10");
  EXPECT_EQ(said(longer.add(event)), "");
}

}  // namespace
}  // namespace rpchspec::reports::test
