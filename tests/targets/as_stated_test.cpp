#include "harness/targets/as_stated.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/facts.hpp"
#include "harness/targets/unlocks.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::targets {
namespace {

using scenario::v1::ProxyNeeds;
using scenario::v1::Scenario;

Target target_at(std::string const& url = "http://gw") {
  Target target;
  target.topology = Topology::rpc_proxy;
  target.urls = {*parse_url(url)};
  return target;
}

TEST(AsStated, TheFactsOfAForeignProxyAreInTheirPlaces) {
  Scenario scenario;
  scenario.add_expect()->mutable_stays_open()->mutable_for_()->set_seconds(29);
  auto& stated = *scenario.add_stated();
  stated.set_at("expect/0/stays_open/for");
  stated.set_value("$connection_timeout-1s");
  Facts facts;
  ASSERT_TRUE(set_fact(facts, "connection_timeout=15m"));
  auto const made = as_stated(scenario, Topology::rpc_proxy, facts);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->expect(0).stays_open().for_().seconds(), 899);
  EXPECT_FALSE(as_stated(scenario, Topology::embedded, facts));
  EXPECT_FALSE(as_stated(scenario, Topology::http_front, facts));
  EXPECT_FALSE(as_stated(Scenario{}, Topology::rpc_proxy, facts)) << "it follows nothing";
}

TEST(AsStated, TheClientLogsOnByTheSchemeThatTheCaseIsFor) {
  Scenario scenario;
  scenario.mutable_proxy()->add_auth(scenario::v1::NTLM);
  EXPECT_EQ(as_stated(scenario, Topology::rpc_proxy, {})->client().auth(), scenario::v1::NTLM);
  scenario.mutable_client()->set_auth(scenario::v1::BASIC);
  EXPECT_FALSE(as_stated(scenario, Topology::rpc_proxy, {}));
}

TEST(Unlocks, AFactHasOneValue) {
  Scenario low;
  low.add_needs("fact:connection_timeout=30s..60s");
  Scenario middle;
  middle.add_needs("fact:connection_timeout=60s..120s");
  Scenario high;
  high.add_needs("fact:connection_timeout=120s..");
  Scenario exact;
  exact.mutable_proxy()->mutable_connection_timeout()->set_seconds(60);
  auto const run =
      run_by_one_value("connection_timeout", {&low, &middle, &high, &exact}, target_at());
  EXPECT_THAT(run, testing::ElementsAre(&low, &middle, &exact));
  Scenario on;
  on.mutable_proxy()->set_allow_anonymous(ProxyNeeds::ON);
  Scenario off;
  off.mutable_proxy()->set_allow_anonymous(ProxyNeeds::OFF);
  EXPECT_THAT(run_by_one_value("allow_anonymous", {&on, &off}, target_at()), testing::SizeIs(1));
  Scenario named;
  named.mutable_client()->set_named_by("host_name");
  EXPECT_THAT(run_by_one_value("host_name", {&named}, target_at("http://10.0.0.1")),
              testing::ElementsAre(&named));
}

TEST(Facts, WhatNoCorrectProxyCanHaveIsRefusedWithWhatIsAllowed) {
  Facts facts;
  for (auto const* wrong :
       {"receive_window=1", "receive_window=512KiB", "connection_timeout=5s",
        "connection_timeout=5h", "channel_lifetime=64KiB", "channel_lifetime=3GiB",
        "idle_timeout=0s", "auth=basic,basic", "auth=none,basic", "auth=basic,", "auth="}) {
    EXPECT_FALSE(set_fact(facts, wrong)) << wrong;
  }
  EXPECT_EQ(set_fact(facts, "receive_window=1").error().detail,
            "receive_window: '1' cannot be; allowed: 8KiB to 256KiB (MS-RPCH 2.2.3.5.1)");
  for (auto const* right :
       {"receive_window=8KiB", "receive_window=256KiB", "connection_timeout=30s",
        "connection_timeout=4h", "channel_lifetime=128KiB", "channel_lifetime=2GiB",
        "auth=negotiate,ntlm,basic", "auth=none"}) {
    EXPECT_TRUE(set_fact(facts, right)) << right;
  }
}

TEST(Facts, AgreeWhereTheyMeanTheSame) {
  EXPECT_TRUE(agrees("connection_timeout", "2m", "120s"));
  EXPECT_TRUE(agrees("auth", "negotiate,ntlm", "ntlm"));
  EXPECT_FALSE(agrees("auth", "negotiate,ntlm", "basic"));
}

}  // namespace
}  // namespace rpchspec::targets
