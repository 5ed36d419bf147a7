#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor_fixture.hpp"

namespace rpchspec::reports::test {
namespace {

using testing::HasSubstr;

constexpr End kUpstreamIn{v1::UPSTREAM, v1::IN, 11, 1};
constexpr End kUpstreamOut{v1::UPSTREAM, v1::OUT, 12, 1};
constexpr End kUpstreamNextOut{v1::UPSTREAM, v1::OUT, 13, 1};
constexpr char const* kOne = "10.0.0.1:8081";
constexpr char const* kOther = "10.0.0.1:8082";

scenario::v1::Scenario watched_by_affinity_alone() {
  scenario::v1::Scenario scenario;
  for (auto const& each : monitor_facts()) {
    if (each.name != "affinity") {
      scenario.add_monitors_off(each.name);
    }
  }
  return scenario;
}

JournalBuilder behind_two() {
  JournalBuilder journal("http-front");
  journal.parameter(std::string(kUpstreams), ":8081 10.0.0.1:8081;:8082 10.0.0.1:8082");
  return journal;
}

/// A channel comes to our upstream at this local address.
void arrives(JournalBuilder& journal, End const& end, std::string const& local) {
  journal.opened(end, "", local).rpc(end, v1::RECEIVED, end.number);
}

std::string affinity_says(JournalBuilder const& journal) {
  return said(journal, watched_by_affinity_alone());
}

TEST(AffinityMonitor, IsContentWithOneUpstreamForAllChannels) {
  auto journal = behind_two();
  for (auto const& end : {kUpstreamOut, kUpstreamIn, kUpstreamNextOut}) {
    arrives(journal, end, kOther);
  }
  EXPECT_EQ(affinity_says(journal), "");
}

TEST(AffinityMonitor, ObjectsWhereTheChannelsComeToTwoUpstreams) {
  auto journal = behind_two();
  arrives(journal, kUpstreamOut, kOne);
  arrives(journal, kUpstreamIn, kOther);
  EXPECT_EQ(affinity_says(journal), "affinity FIELD-F77");
  EXPECT_EQ(objections(journal, watched_by_affinity_alone()).front().seen,
            "OUT came to 10.0.0.1:8081, IN to 10.0.0.1:8082");
}

TEST(AffinityMonitor, ObjectsWhereASuccessorComesElsewhere) {
  auto journal = behind_two();
  arrives(journal, kUpstreamOut, kOne);
  arrives(journal, kUpstreamIn, kOne);
  arrives(journal, kUpstreamNextOut, kOther);
  EXPECT_EQ(affinity_says(journal), "affinity FIELD-F55");
  EXPECT_THAT(objections(journal, watched_by_affinity_alone()).front().seen,
              HasSubstr("a successor of OUT to 10.0.0.1:8082"));
}

TEST(AffinityMonitor, LetsAnotherVirtualConnectionComeElsewhere) {
  auto journal = behind_two();
  arrives(journal, kUpstreamOut, kOne);
  arrives(journal, kUpstreamIn, kOne);
  arrives(journal, {v1::UPSTREAM, v1::OUT, 14, 2}, kOther);
  arrives(journal, {v1::UPSTREAM, v1::IN, 15, 2}, kOther);
  EXPECT_EQ(affinity_says(journal), "");
}

TEST(AffinityMonitor, SaysNothingOfConnectionsThatItCannotTellApart) {
  auto journal = behind_two();
  arrives(journal, {v1::UPSTREAM, v1::OUT, 14, 0}, kOne);
  arrives(journal, {v1::UPSTREAM, v1::IN, 15, 0}, kOther);
  arrives(journal, kUpstreamOut, kOne);
  arrives(journal, kUpstreamIn, "10.0.0.1:9999");
  EXPECT_EQ(affinity_says(journal), "");
}

TEST(AffinityMonitor, NeedsTwoUpstreams) {
  JournalBuilder journal("http-front");
  arrives(journal, kUpstreamOut, kOne);
  arrives(journal, kUpstreamIn, kOther);
  EXPECT_EQ(affinity_says(journal), "");
}

}  // namespace
}  // namespace rpchspec::reports::test
