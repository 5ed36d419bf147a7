#include "harness/targets/stated_rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/facts.hpp"
#include "harness/targets/needs.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::targets {
namespace {

using scenario::v1::Scenario;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Truly;

wire::ValidPorts rule_of(std::string const& text) {
  return wire::ValidPorts::parse(text).value();
}

/// A proxy whose operator states this rule, before servers called exch01.
Target stating(std::string const& rule, std::string const& url = "http://gw.example") {
  Target target;
  target.topology = Topology::rpc_proxy;
  target.urls = {*parse_url(url)};
  target.server_name = "exch01";
  EXPECT_TRUE(set_fact(target.facts, "valid_ports", rule));
  return target;
}

Scenario asking(std::string const& need, std::string const& own_rule = "$server_name:1-1023") {
  Scenario scenario;
  scenario.add_needs("refused:" + need);
  scenario.mutable_proxy()->set_valid_ports(own_rule);
  return scenario;
}

TEST(StatedRule, PortsNextToARangeAreAskedForUnlessAnotherEntryListsThem) {
  auto const rule = rule_of("exch01:6004;exch01:6001-6002;other:6000;exch01:6003");
  EXPECT_THAT(refused_ports(rule, "EXCH01", Refused::port_below_range), ElementsAre(6000));
  EXPECT_THAT(refused_ports(rule, "exch01", Refused::port_above_range), ElementsAre(6005));
}

TEST(StatedRule, ThereIsNoPortBeyondTheLast) {
  auto const rule = rule_of("exch01:1-65535");
  EXPECT_THAT(refused_ports(rule, "exch01", Refused::port_below_range), IsEmpty());
  EXPECT_THAT(refused_ports(rule, "exch01", Refused::port_above_range), IsEmpty());
  EXPECT_THAT(refused_ports(rule, "exch01", Refused::port), IsEmpty());
}

TEST(StatedRule, OtherPortsLieApart) {
  auto const rule = rule_of("exch01:1-20000;exch01:30000-65535");
  auto const listed = [&](std::uint16_t port) {
    return rule.allows("exch01", rpchspec::Port(port));
  };
  auto const ports = refused_ports(rule, "exch01", Refused::port);
  EXPECT_THAT(ports, AllOf(Not(IsEmpty()), Each(Not(Truly(listed)))));
  EXPECT_LE(ports.size(), 16U);
}

TEST(StatedRule, TheLastPortThatIsLeftIsFound) {
  auto const rule = rule_of("exch01:1-6002;exch01:6004-65535");
  EXPECT_THAT(refused_ports(rule, "exch01", Refused::port), ElementsAre(6003));
}

TEST(StatedRule, UnlocksWhatItRefuses) {
  auto const target = stating("exch01:6001-6002;exch01:6004");
  for (auto const* need : {"port", "port-below-range", "port-above-range", "server"}) {
    EXPECT_FALSE(skip_reason(asking(need), target)) << need;
  }
}

TEST(StatedRule, IsWantedWhereItIsNotStated) {
  auto target = stating("exch01:6001");
  target.facts = {};
  auto const skip = skip_reason(asking("port"), target);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "valid_ports");
}

TEST(StatedRule, ThatListsEverythingRefusesNothing) {
  auto const target = stating("exch01:1-65535;10.0.0.7:6001-6004");
  auto const port = skip_reason(asking("port"), target);
  ASSERT_TRUE(port);
  EXPECT_EQ(port->reason, "the stated valid_ports lists every port of exch01");
  auto const below = skip_reason(asking("port-below-range"), target);
  ASSERT_TRUE(below);
  EXPECT_THAT(below->reason, HasSubstr("from the first one"));
  auto const server = skip_reason(asking("server"), target);
  ASSERT_TRUE(server);
  EXPECT_THAT(server->reason, HasSubstr("does not list"));
}

TEST(StatedRule, OurAddressIsANameThatARuleOfNamesDoesNotList) {
  auto target = stating("exch01:6001-6004;10.0.0.7:6001");
  EXPECT_TRUE(skip_reason(asking("server"), target));  // that one may be ours
  target.backend_bind = "10.0.0.5";
  EXPECT_FALSE(skip_reason(asking("server"), target));
  target.backend_bind = "10.0.0.7";
  EXPECT_TRUE(skip_reason(asking("server"), target));
  target.backend_bind = "0.0.0.0";
  EXPECT_TRUE(skip_reason(asking("server"), target));
}

TEST(StatedRule, OnLoopbackThereIsAlwaysAnotherAddress) {
  auto target = stating("127.0.0.9:1-65535", "http://127.0.0.9");
  target.server_name = "127.0.0.9";
  EXPECT_FALSE(skip_reason(asking("server"), target));
  EXPECT_TRUE(skip_reason(asking("port"), target));
}

TEST(StatedRule, MustKnowTheServersByTheNameThatRequestsHave) {
  auto target = stating("exch02:6001-6004");
  auto const other = skip_reason(asking("port"), target);
  ASSERT_TRUE(other);
  EXPECT_THAT(other->reason, HasSubstr("exch01"));
  target.server_name = "auto";
  auto const none = skip_reason(asking("port"), target);
  ASSERT_TRUE(none);
  EXPECT_THAT(none->reason, HasSubstr("--server-name"));
}

TEST(StatedRule, OfServersElsewhereNothingElseListens) {
  auto target = stating("exch01:6001-6004");
  target.backend_at = Address{"lab", 7000};
  auto const skip = skip_reason(asking("port"), target);
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("--backend-at"));
}

TEST(StatedRule, IsNotAskedOfTheEmbeddedProxy) {
  EXPECT_FALSE(skip_reason(asking("port"), Target{}));
  EXPECT_FALSE(asks_for_refused(asking("port"), Target{}));
  EXPECT_EQ(asks_for_refused(asking("port"), stating("exch01:1-6")), Refused::port);
}

TEST(StatedRule, LetsCasesRunThatItListsInTheSameWay) {
  auto const likewise = [](std::string const& stated, std::string const& wanted) {
    auto const target = stating(stated);
    return lists_likewise(target, *target.facts.valid_ports, wanted);
  };
  auto const user = std::string("exch01:6001-6002;exch01:6004");
  EXPECT_TRUE(likewise(user, "$server_name:$store-65535"));
  EXPECT_FALSE(likewise(user, "$server_name:1024-65535"));
  EXPECT_FALSE(likewise(user, "$server_name:$store"));
  EXPECT_TRUE(likewise(user, "$server_name:1024-65535;elsewhere.example:6001"));
  EXPECT_FALSE(likewise(user, "elsewhere.example:6001;$server_name:1024-65535"));
  EXPECT_FALSE(likewise("exch01:6001-6004", "$server_name:1-9999;elsewhere.example:6001"));
  EXPECT_FALSE(likewise("exch01:6001;exch01:6001-6002", "$server_name:$store"));
  EXPECT_FALSE(likewise("exch02:6001", "$server_name:$store"));
}

TEST(StatedRule, ThatCannotBeReadIsRefusedWithWords) {
  Facts facts;
  auto const refusal = [&](std::string const& value) {
    auto const set = set_fact(facts, "valid_ports", value);
    return set ? std::string() : set.error().detail;
  };
  EXPECT_EQ(refusal("exch01:6001-6002;exch01"),
            "valid_ports: expected host:port or host:low-high, at 'exch01'; expected "
            "host:low-high;host:port");
  EXPECT_THAT(refusal("exch01:6002-6001"), HasSubstr("backwards"));
  EXPECT_THAT(refusal("exch*:6001"), HasSubstr("host name"));
  EXPECT_THAT(refusal("exch01:0"), HasSubstr("1 to 65535"));
  EXPECT_THAT(refusal(" ; "), HasSubstr("lists nothing"));
  EXPECT_THAT(refusal("$server_name:6001"), HasSubstr("$"));
  EXPECT_FALSE(facts.valid_ports);
  EXPECT_EQ(refusal("exch01:6001-6002;exch01:6004"), "");
  EXPECT_TRUE(facts.valid_ports);
}

}  // namespace
}  // namespace rpchspec::targets
