#include "harness/targets/needs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/facts.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::targets {
namespace {

using scenario::v1::ProxyNeeds;
using scenario::v1::Scenario;
using testing::HasSubstr;

Target foreign(std::string const& url = "http://gw") {
  Target target;
  target.topology = Topology::rpc_proxy;
  target.urls = {*parse_url(url)};
  return target;
}

Target front() {
  auto target = foreign();
  target.topology = Topology::http_front;
  target.upstream_listen = {{"127.0.0.1", 8080}};
  return target;
}

TEST(Needs, TheEmbeddedProxyCanBeGivenAnyConfiguration) {
  Scenario scenario;
  scenario.add_needs("topology:rpc-proxy");
  scenario.add_needs("fact:receive_window");
  scenario.mutable_client()->set_tls(true);
  scenario.mutable_proxy()->set_receive_window(8192);
  scenario.mutable_proxy()->set_refuses_to_load(true);
  EXPECT_FALSE(skip_reason(scenario, Target{}));
}

TEST(Needs, AFactThatIsNotGivenIsTheOneThatWouldDo) {
  Scenario scenario;
  scenario.mutable_proxy()->set_receive_window(8192);
  auto target = foreign();
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "receive_window");
  EXPECT_THAT(skip->reason, HasSubstr("receive_window=8KiB"));
  ASSERT_TRUE(set_fact(target.facts, "receive_window=8KiB"));
  EXPECT_FALSE(skip_reason(scenario, target));
}

TEST(Needs, AFactWithAnotherValueUnlocksNothing) {
  Scenario scenario;
  scenario.mutable_proxy()->set_allow_anonymous(ProxyNeeds::OFF);
  auto target = foreign();
  ASSERT_TRUE(set_fact(target.facts, "allow_anonymous=true"));
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "");
}

TEST(Needs, TwoMissingFactsAreMoreThanOneFactCanDo) {
  Scenario scenario;
  scenario.add_needs("fact:pings");
  scenario.add_needs("fact:idle_timeout");
  auto const skip = skip_reason(scenario, foreign());
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "");
  EXPECT_THAT(skip->reason, HasSubstr("idle_timeout"));
}

TEST(Needs, TlsWantsAnHttpsUrl) {
  Scenario scenario;
  scenario.mutable_client()->set_tls(true);
  EXPECT_TRUE(skip_reason(scenario, foreign()));
  EXPECT_FALSE(skip_reason(scenario, foreign("https://gw")));
}

TEST(Needs, V1IsServedByTheEmbeddedProxyAndWhereAFactSaysSo) {
  Scenario scenario;
  scenario.add_needs("v1");
  EXPECT_FALSE(skip_reason(scenario, Target{}));
  auto target = foreign();
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "v1");
  ASSERT_TRUE(set_fact(target.facts, "v1=false"));
  EXPECT_TRUE(skip_reason(scenario, target));
  ASSERT_TRUE(set_fact(target.facts, "v1=true"));
  EXPECT_FALSE(skip_reason(scenario, target));
}

TEST(Needs, TopologiesAreToldApart) {
  Scenario scenario;
  scenario.add_needs("topology:http-front");
  EXPECT_TRUE(skip_reason(scenario, Target{}));
  EXPECT_TRUE(skip_reason(scenario, foreign()));
  EXPECT_FALSE(skip_reason(scenario, front()));
  Scenario other;
  other.add_needs("not:topology:http-front");
  EXPECT_FALSE(skip_reason(other, foreign()));
  EXPECT_TRUE(skip_reason(other, front()));
}

TEST(Needs, OurUpstreamBehindAFrontIsConfigured) {
  Scenario scenario;
  scenario.mutable_proxy()->set_receive_window(8192);
  EXPECT_FALSE(skip_reason(scenario, front()));
  scenario.mutable_proxy()->set_refuses_to_load(true);
  EXPECT_TRUE(skip_reason(scenario, front()));
}

}  // namespace
}  // namespace rpchspec::targets
