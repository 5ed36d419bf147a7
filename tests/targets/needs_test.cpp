#include "harness/targets/needs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/targets/facts.hpp"
#include "harness/targets/live.hpp"
#include "harness/targets/named_by.hpp"
#include "harness/targets/needed_fact.hpp"
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

TEST(Needs, SaysWhatTwoProxiesTake) {
  Scenario scenario;
  scenario.add_needs("two-proxies");
  EXPECT_THAT(skip_reason(scenario, foreign())->reason, HasSubstr("--in-proxy"));
}

TEST(Needs, MayNameTheValueOfAFact) {
  Scenario scenario;
  scenario.add_needs("topology:http-front");
  scenario.add_needs("fact:bridged_certificate=same");
  auto target = front();
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->fact, "bridged_certificate");
  ASSERT_TRUE(set_fact(target.facts, "bridged_certificate=other"));
  auto const other = skip_reason(scenario, target);
  ASSERT_TRUE(other);
  EXPECT_EQ(other->fact, "");
  EXPECT_EQ(other->reason, "needs bridged_certificate=same");
  ASSERT_TRUE(set_fact(target.facts, "bridged_certificate=same"));
  EXPECT_FALSE(skip_reason(scenario, target));
}

TEST(Needs, LeavesAGigabyteOutOfAProxyThatIsStatedToBeSlow) {
  Scenario scenario;
  scenario.add_needs("topology:rpc-proxy");
  scenario.add_needs("not:fact:throughput=..8MiB");
  for (auto const topology : {Topology::rpc_proxy, Topology::embedded}) {
    Target target;
    target.topology = topology;
    EXPECT_FALSE(skip_reason(scenario, target)) << "its pace is not known: it is tried";
    ASSERT_TRUE(set_fact(target.facts, "throughput=9MiB"));
    EXPECT_FALSE(skip_reason(scenario, target));
    ASSERT_TRUE(set_fact(target.facts, "throughput=400KiB"));
    auto const skip = skip_reason(scenario, target);
    ASSERT_TRUE(skip);
    EXPECT_EQ(skip->reason, "is not for fact:throughput=..8MiB");
  }
}

TEST(Needs, MayTakeARangeOfIdleTimeouts) {
  Scenario scenario;
  scenario.add_needs("fact:idle_timeout=20s..1m");
  scenario.mutable_proxy()->mutable_idle_timeout()->set_seconds(20);  // the embedded proxy's
  EXPECT_FALSE(skip_reason(scenario, Target{}));
  for (auto const* const within : {"20s", "45000ms", "60s"}) {
    auto target = foreign();
    ASSERT_TRUE(set_fact(target.facts, "idle_timeout", within));
    EXPECT_FALSE(skip_reason(scenario, target)) << within;
  }
  for (auto const* const outside : {"19s", "61s", "15m"}) {
    auto target = foreign();
    ASSERT_TRUE(set_fact(target.facts, "idle_timeout", outside));
    auto const skip = skip_reason(scenario, target);
    ASSERT_TRUE(skip) << outside;
    EXPECT_EQ(skip->reason, "needs idle_timeout=20s..1m");
  }
  EXPECT_EQ(skip_reason(scenario, foreign())->fact, "idle_timeout");
}

TEST(Needs, ARangeMayBeOpenAndMayBeOfSizes) {
  Scenario scenario;
  scenario.add_needs("fact:connection_timeout=120s..");
  scenario.add_needs("fact:receive_window=..128KiB");
  scenario.mutable_proxy()->mutable_connection_timeout()->set_seconds(120);
  scenario.mutable_proxy()->set_receive_window(65536);
  auto const asked = [&](std::string const& timeout, std::string const& window) {
    auto target = foreign();
    EXPECT_TRUE(set_fact(target.facts, "connection_timeout", timeout));
    EXPECT_TRUE(set_fact(target.facts, "receive_window", window));
    return !skip_reason(scenario, target);
  };
  EXPECT_TRUE(asked("120s", "128KiB"));
  EXPECT_TRUE(asked("15m", "8KiB"));
  EXPECT_FALSE(asked("119s", "64KiB"));
  EXPECT_FALSE(asked("120s", "131073"));
  EXPECT_FALSE(skip_reason(scenario, Target{}));
}

TEST(Needs, OurUpstreamHasWhatACaseNeedsOfAForeignProxy) {
  Scenario scenario;
  scenario.add_needs("fact:connection_timeout=120s..");
  EXPECT_TRUE(skip_reason(scenario, front())) << "nothing says which";
  scenario.mutable_proxy()->mutable_connection_timeout()->set_seconds(120);
  EXPECT_FALSE(skip_reason(scenario, front()));
  EXPECT_TRUE(skip_reason(scenario, foreign()));
}

TEST(Needs, OneSchemeOfThoseThatAreOfferedIsEnough) {
  Scenario scenario;
  scenario.mutable_proxy()->add_auth(scenario::v1::BASIC);
  auto target = foreign();
  target.user = "ann";
  EXPECT_EQ(skip_reason(scenario, target)->fact, "auth");
  ASSERT_TRUE(set_fact(target.facts, "auth=negotiate,basic"));
  EXPECT_FALSE(skip_reason(scenario, target));
  ASSERT_TRUE(set_fact(target.facts, "auth=negotiate"));
  EXPECT_EQ(skip_reason(scenario, target)->fact, "");
  Scenario all;
  all.add_needs("fact:auth");
  all.mutable_proxy()->add_auth(scenario::v1::BASIC);
  all.mutable_proxy()->add_auth(scenario::v1::BASIC);
  EXPECT_FALSE(skip_reason(all, target)) << "of the embedded one";
  all.mutable_proxy()->set_challenges(ProxyNeeds::ONE_LIST);
  EXPECT_TRUE(skip_reason(all, target));
  all.mutable_proxy()->set_challenges(ProxyNeeds::LINES);
  ASSERT_TRUE(set_fact(target.facts, "auth=none"));
  EXPECT_TRUE(skip_reason(all, target));
}

TEST(Needs, ServersMayBeNamedInTheOtherLetterCase) {
  Scenario scenario;
  scenario.mutable_client()->set_named_by("capitals");
  scenario.mutable_proxy()->set_valid_ports("localhost:1024-65535");
  EXPECT_EQ(name_of_servers("capitals", Target{}), "LOCALHOST");
  auto target = foreign();
  EXPECT_EQ(skip_reason(scenario, target)->fact, "host_name");
  target.server_name = "10.0.0.5";
  EXPECT_TRUE(skip_reason(scenario, target)) << "an address has no letters";
  target.server_name = "exch01.example";
  EXPECT_FALSE(skip_reason(scenario, target));
  EXPECT_EQ(name_of_servers("capitals", target), "EXCH01.EXAMPLE");
  ASSERT_TRUE(set_fact(target.facts, "valid_ports=other.example:6001"));
  EXPECT_THAT(skip_reason(scenario, target)->reason, HasSubstr("does not list"));
  ASSERT_TRUE(set_fact(target.facts, "valid_ports=exch01.example:6001"));
  EXPECT_FALSE(skip_reason(scenario, target));
  EXPECT_EQ(name_of_servers("mixed_letters", target), "eXcH01.eXaMpLe");
  target.server_name = "EXCH01.EXAMPLE";
  EXPECT_THAT(skip_reason(scenario, target)->reason, HasSubstr("is written so already"));
}

TEST(Needs, AServerNameIsADnsNameToo) {
  Scenario scenario;
  scenario.mutable_client()->set_named_by("host_name");
  auto target = foreign();
  EXPECT_EQ(skip_reason(scenario, target)->fact, "host_name");
  target.server_name = "exch01.example";
  EXPECT_FALSE(skip_reason(scenario, target));
  EXPECT_EQ(name_of_servers("host_name", target), "exch01.example");
}

TEST(Needs, ANameOfTheServersIsStatedAndStandsForOneAddress) {
  Scenario scenario;
  scenario.mutable_client()->set_named_by("netbios_name");
  EXPECT_FALSE(skip_reason(scenario, Target{}));
  auto target = foreign("http://127.0.0.1:8080");
  EXPECT_EQ(skip_reason(scenario, target)->fact, "netbios_name");
  ASSERT_TRUE(set_fact(target.facts, "netbios_name=EXCH01"));
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("--backend-bind"));
  target.backend_bind = "127.0.0.9";
  EXPECT_FALSE(skip_reason(scenario, target));
  auto elsewhere = foreign("http://10.0.0.1");
  ASSERT_TRUE(set_fact(elsewhere.facts, "netbios_name=EXCH01"));
  EXPECT_FALSE(skip_reason(scenario, elsewhere));
}

TEST(Facts, ANetbiosNameIsOneLabelOfFifteenCharacters) {
  Facts facts;
  EXPECT_TRUE(set_fact(facts, "netbios_name=EXCHANGE-SERV01"));
  EXPECT_FALSE(set_fact(facts, "netbios_name=EXCHANGE-SERV012"));
  EXPECT_FALSE(set_fact(facts, "netbios_name=exch01.example"));
  EXPECT_FALSE(set_fact(facts, "netbios_name=127.0.0.1"));
  EXPECT_TRUE(set_fact(facts, "host_name=exch01.example"));
  EXPECT_FALSE(set_fact(facts, "host_name=::1"));
  EXPECT_EQ(facts.host_name, "exch01.example");
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

TEST(Needs, AFactThatIsDeniedIsNone) {
  Scenario scenario;
  scenario.add_needs("fact:pings");
  auto target = foreign();
  EXPECT_TRUE(skip_reason(scenario, target));
  ASSERT_TRUE(set_fact(target.facts, "pings=true"));
  EXPECT_FALSE(skip_reason(scenario, target));
  ASSERT_TRUE(set_fact(target.facts, "pings=false"));
  EXPECT_TRUE(skip_reason(scenario, target));
  EXPECT_FALSE(skip_reason(scenario, Target{})) << "the embedded proxy pings";
  Target variant;
  variant.facts.given["pings"] = "false";
  EXPECT_TRUE(skip_reason(scenario, variant));
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

TEST(Needs, AMapperHasAPortOfItsOwnWhereTheProxyIsNotOurs) {
  Scenario scenario;
  scenario.add_needs("mapper");
  EXPECT_FALSE(skip_reason(scenario, Target{}));
  EXPECT_FALSE(skip_reason(scenario, front()));
  auto target = foreign();
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("--backend-ports 6001,6002,6004,593"));
  target.backend_ports.push_back(593);
  EXPECT_FALSE(skip_reason(scenario, target));
  target.topology = Topology::live;
  EXPECT_TRUE(skip_reason(scenario, target));
}

TEST(Needs, WhereTlsIsTakenOffTheUpstreamHasNone) {
  Scenario scenario;
  scenario.add_needs("topology:http-front");
  scenario.mutable_client()->set_tls(true);
  scenario.mutable_proxy()->set_tls(ProxyNeeds::OFF);
  scenario.mutable_proxy()->set_allow_anonymous(ProxyNeeds::OFF);
  scenario.mutable_proxy()->set_basic_auth(true);
  auto target = front();
  target.urls = {*parse_url("https://gw")};  // an http URL says nothing of what is behind
  EXPECT_FALSE(skip_reason(scenario, target));
  target.upstream_tls = "auto";
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("takes TLS off"));
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

Target live() {
  auto target = foreign();
  target.topology = Topology::live;
  target.server_name = "exch01";
  return target;
}

TEST(Needs, ALiveEndpointHasNoServersOfOurs) {
  Scenario acting;
  acting.add_steps()->mutable_server_send()->set_bytes(1);
  Scenario looking;
  looking.add_expect()->set_subject("server.in");
  Scenario paying;
  paying.add_steps()->mutable_client_send()->set_bytes(1);
  Scenario playing;
  playing.mutable_server()->set_receive_window(8192);
  Scenario nested;
  nested.add_steps()->mutable_parallel()->add_branches()->add_steps()->mutable_server_close();
  Scenario calling;
  calling.add_steps()->mutable_client_call()->set_operation("EcDoConnectEx");
  Scenario elsewhere;
  elsewhere.add_steps()->mutable_client_recycle()->set_sequence("r1");
  for (auto const& scenario : {acting, looking, paying, playing, nested, calling, elsewhere}) {
    auto const skip = skip_reason(scenario, live());
    ASSERT_TRUE(skip) << scenario.DebugString();
    EXPECT_THAT(skip->reason, HasSubstr("server"));
    EXPECT_EQ(skip->fact, "");
    EXPECT_FALSE(skip_reason(scenario, foreign()));
  }
}

Scenario opened() {
  Scenario scenario;
  auto& opening = *scenario.add_steps();
  opening.set_label("opening");
  opening.mutable_client_open();
  auto& acting = *scenario.add_steps();
  acting.set_label("acting");
  acting.mutable_server_send()->set_bytes(1);
  scenario.add_steps()->mutable_client_close();
  return scenario;
}

void expect(Scenario& scenario, std::string const& subject, std::string const& since) {
  auto& expectation = *scenario.add_expect();
  expectation.set_subject(subject);
  expectation.set_since(since);
  expectation.mutable_closed();
}

TEST(Needs, ALiveEndpointPlaysACaseUpToWhereServersOfOursAreNeeded) {
  auto scenario = opened();
  expect(scenario, "server.out", "opening");
  expect(scenario, "client.out", "opening");
  expect(scenario, "client.in", "acting");
  expect(scenario, "client.in", "");  // counts from the end
  EXPECT_FALSE(skip_reason(scenario, live()));
  auto const part = live_part(scenario);
  EXPECT_EQ(part.steps_size(), 1);
  ASSERT_EQ(part.expect_size(), 1);
  EXPECT_EQ(part.expect(0).subject(), "client.out");
  EXPECT_EQ(part.expect(0).since(), "opening");
}

TEST(Needs, WhereNothingIsLeftToJudgeALiveCaseIsSkipped) {
  auto scenario = opened();
  expect(scenario, "server.out", "opening");
  expect(scenario, "client.in", "acting");
  auto const skip = skip_reason(scenario, live());
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("acts at our word"));
}

TEST(Needs, ASetUpThatNeedsServersOfOursIsNotPlayedInPart) {
  auto scenario = opened();
  scenario.mutable_steps(1)->set_given("busy-out");
  expect(scenario, "client.out", "opening");
  EXPECT_TRUE(skip_reason(scenario, live()));
}

TEST(Needs, AtALiveEndpointAPortWhereNobodyListensIsIntrusive) {
  Scenario scenario;
  scenario.mutable_server()->add_closed_ports("store");
  scenario.add_steps()->mutable_client_request()->set_channel("in");
  expect(scenario, "client.in", "");
  EXPECT_EQ(skip_reason(scenario, live())->fact, "intrusive");
  auto allowed = live();
  ASSERT_TRUE(set_fact(allowed.facts, "intrusive=true"));
  EXPECT_FALSE(skip_reason(scenario, allowed));
}

TEST(Needs, NobodyElsesServerKeepsOpenWhatAPatientOneWould) {
  Scenario scenario;
  scenario.mutable_server()->set_conduct(scenario::v1::PATIENT);
  scenario.add_steps()->mutable_client_open();
  expect(scenario, "client.in", "");
  EXPECT_FALSE(skip_reason(scenario, live()));
  scenario.add_expect()->mutable_stays_open();
  EXPECT_TRUE(skip_reason(scenario, live()));
}

TEST(Needs, AtALiveEndpointAGoodClientMayDoWhatItDoes) {
  Scenario scenario;
  scenario.add_needs("topology:rpc-proxy");
  scenario.mutable_client()->set_min_conn_timeout("300");
  scenario.add_steps()->mutable_client_open();
  scenario.add_steps()->mutable_client_call()->set_operation("bind");
  scenario.add_steps()->mutable_client_close();
  scenario.add_expect()->set_subject("client.out");
  EXPECT_FALSE(skip_reason(scenario, live()));
}

TEST(Needs, WhatIsIntrusiveIsAllowedByAFact) {
  Scenario reset;
  reset.add_steps()->mutable_client_close()->set_cause(scenario::v1::TCP_RST);
  Scenario malformed;
  malformed.add_steps()->mutable_client_send()->set_hex("00");
  Scenario raw;
  raw.add_steps()->mutable_client_request()->set_raw("GET / HTTP/1.1");
  Scenario stranger;
  stranger.mutable_client()->set_user("mallory");
  Scenario outside;
  outside.mutable_client()->set_min_conn_timeout("1");
  auto allowed = live();
  ASSERT_TRUE(set_fact(allowed.facts, "intrusive=true"));
  for (auto const& scenario : {reset, malformed, raw, stranger, outside}) {
    auto const skip = skip_reason(scenario, live());
    ASSERT_TRUE(skip) << scenario.DebugString();
    EXPECT_EQ(skip->fact, "intrusive");
    EXPECT_FALSE(skip_reason(scenario, allowed));
  }
  ASSERT_TRUE(set_fact(allowed.facts, "intrusive=false"));
  EXPECT_TRUE(skip_reason(reset, allowed));
}

TEST(Needs, OurUpstreamBehindAFrontIsConfigured) {
  Scenario scenario;
  scenario.mutable_proxy()->set_receive_window(8192);
  EXPECT_FALSE(skip_reason(scenario, front()));
  scenario.mutable_proxy()->set_refuses_to_load(true);
  EXPECT_TRUE(skip_reason(scenario, front()));
}

TEST(Needs, AShortChannelIsSparedWhatItCannotCarry) {
  auto target = foreign();
  ASSERT_TRUE(set_fact(target.facts, "channel_lifetime=128KiB"));
  Scenario scenario;
  auto& first = *scenario.add_steps()->mutable_server_send();
  first.set_channel("out");
  first.set_bytes(60000);
  first.set_count(2);
  EXPECT_FALSE(skip_reason(scenario, target));
  auto& inner = *scenario.add_steps()->mutable_parallel()->add_branches()->add_steps();
  inner.mutable_server_send()->set_channel("out");
  inner.mutable_server_send()->set_bytes(16384);
  auto const skip = skip_reason(scenario, target);
  ASSERT_TRUE(skip);
  EXPECT_THAT(skip->reason, HasSubstr("channel_lifetime is 128KiB"));
  inner.set_vc(2);  // has a channel of its own
  EXPECT_FALSE(skip_reason(scenario, target));
  inner.set_vc(1);
  scenario.mutable_server()->set_recycle_out_at(8192);
  EXPECT_FALSE(skip_reason(scenario, target));
}

TEST(WrongFact, IsOneThatNoTargetCanState) {
  EXPECT_EQ(wrong_fact("pings"), "");
  EXPECT_EQ(wrong_fact("idle_timeout=20s..60s"), "");
  EXPECT_NE(wrong_fact("idle_timeout=20..60s"), "");
  EXPECT_EQ(wrong_fact("receive_window=8KiB..64KiB"), "");
  EXPECT_EQ(wrong_fact("connection_timeout=120s.."), "");
  EXPECT_EQ(wrong_fact("connection_timeout=..120s"), "");
  EXPECT_EQ(wrong_fact("connection_timeout=.."),
            "fact 'connection_timeout': a range has a lower or an upper end, as 120s..");
  EXPECT_EQ(wrong_fact("connection_timeout=5s.."),
            "fact connection_timeout: '5s' cannot be; allowed: 30s to 4h (MS-RPCH 2.2.3.5.3)");
  EXPECT_NE(wrong_fact("auth=basic..ntlm"), "");
  EXPECT_EQ(wrong_fact("bridged_certificate=other"), "");
  EXPECT_EQ(wrong_fact("pingz"), "unknown fact 'pingz'; did you mean 'pings'?");
  EXPECT_EQ(wrong_fact("receive-window"),
            "unknown fact 'receive-window'; did you mean 'receive_window'?");
  EXPECT_EQ(wrong_fact("bridged_certificate=othr"),
            "fact bridged_certificate: 'othr' is neither same nor other");
}

}  // namespace
}  // namespace rpchspec::targets
