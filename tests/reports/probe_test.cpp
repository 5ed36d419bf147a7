// Facts that the first cases of a run show: what does, and what only looks as if.

#include "reports/probe.hpp"

#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "monitor_fixture.hpp"
#include "reports/html_report.hpp"
#include "reports/markdown.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports::test {
namespace {

using ProbedFacts = std::map<std::string, std::string>;

ProbedFacts probed(std::vector<JournalBuilder> const& journals, ProbedWay way = {true}) {
  Probe probe(std::move(way));
  for (auto const& journal : journals) {
    for (auto const& event : journal.events()) {
      probe.on_event(event);
    }
  }
  ProbedFacts facts;
  for (auto const& each : probe.facts()) {
    EXPECT_FALSE(each.seen.empty());
    facts[each.fact] = each.value;
  }
  return facts;
}

wire::RtsPdu with(wire::RtsPdu pdu,
                  wire::RtsPduKind kind,
                  std::string_view meaning,
                  std::string_view value) {
  EXPECT_TRUE(wire::set_by_meaning(pdu, kind, meaning, value));
  return pdu;
}

wire::RtsPdu b2_of(std::string_view timeout, std::string_view window = "65536") {
  using enum wire::RtsPduKind;
  return with(with(b2(), ConnB2, "ConnectionTimeout", timeout), ConnB2, "ReceiveWindowSize",
              window);
}

wire::RtsPdu c2_of(std::uint32_t timeout) {
  return wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(timeout));
}

/// All that announces a ConnectionTimeout of so many ms.
Differently announcing(std::uint32_t ms) {
  return {
      .a3 = wire::conn_a3(ConnectionTimeout(ms)), .b2 = b2_of(std::to_string(ms)), .c2 = c2_of(ms)};
}

TEST(Probe, ReadsWhatBothProxiesAnnounce) {
  auto const facts = probed({open(announcing(900000))});
  EXPECT_EQ(facts, (ProbedFacts{{"allow_anonymous", "true"},
                                {"channel_lifetime", "1GiB"},
                                {"connection_timeout", "15m"},
                                {"receive_window", "64KiB"}}));
  EXPECT_EQ(probed({open(announcing(30000))}).at("connection_timeout"), "30s");
}

TEST(Probe, TakesNoTimeoutThatMayBeAnotherOne) {
  auto const known = [](Differently const& with) {
    return probed({open(with)}).contains("connection_timeout");
  };
  EXPECT_TRUE(known(announcing(150000)));
  EXPECT_FALSE(known(announcing(120000)));  // AMB-08: or less, raised
  EXPECT_FALSE(known(announcing(150)));     // in seconds
  auto differs = announcing(150000);
  differs.b2 = b2_of("900000");
  EXPECT_FALSE(known(differs));
  differs = announcing(150000);
  differs.c2 = c2_of(900000);
  EXPECT_FALSE(known(differs));
  auto asked = announcing(150000);
  asked.pragma = "Pragma: MinConnTimeout=150\r\n";
  EXPECT_FALSE(known(asked));
}

TEST(Probe, WantsEachCaseToShowTheSame) {
  auto const both =
      probed({open(announcing(150000)), open({.a2 = a2(262144), .b2 = b2_of("900000", "8192")})});
  EXPECT_EQ(both, (ProbedFacts{{"allow_anonymous", "true"}}));
}

TEST(Probe, WantsBothProxiesToHaveOneWindow) {
  EXPECT_FALSE(probed({open({.b2 = b2_of("120000", "8192")})}).contains("receive_window"));
  JournalBuilder half;
  half.rts(kServerOut, v1::RECEIVED, a2());
  EXPECT_FALSE(probed({half}).contains("receive_window"));
  JournalBuilder ours;  // what our own server sends is not the proxy's
  ours.rts(kServerOut, v1::SENT, a2()).rts(kServerIn, v1::SENT, b2());
  EXPECT_FALSE(probed({ours}).contains("receive_window"));
}

TEST(Probe, WantsTheServerToBeToldOfTheContentLength) {
  EXPECT_FALSE(probed({open({.a2 = a2(262144)})}).contains("channel_lifetime"));
  EXPECT_FALSE(
      probed({open({.success = "Transfer-Encoding: chunked\r\n"})}).contains("channel_lifetime"));
  auto const facts = probed({open({.a2 = a2(262144), .success = "Content-Length: 262144\r\n"})});
  EXPECT_EQ(facts.at("channel_lifetime"), "256KiB");
  JournalBuilder live("live");  // where nobody sees CONN/A2
  live.response(kClientOut, v1::RECEIVED, 200, "Success", kSuccess);
  EXPECT_EQ(probed({live}).at("channel_lifetime"), "1GiB");
  JournalBuilder echo("live");
  echo.response(kClientOut, v1::RECEIVED, 200, "Success", "Content-Length: 20\r\n");
  EXPECT_FALSE(probed({echo}).contains("channel_lifetime"));
}

JournalBuilder& over_tls(JournalBuilder& journal) {
  v1::Event event;
  event.set_source(v1::CLIENT);
  event.mutable_tls()->set_version("TLSv1.3");
  return journal.add(event);
}

JournalBuilder refused(std::uint32_t in, std::uint32_t out, std::string const& challenges = {}) {
  JournalBuilder journal;
  over_tls(journal).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  journal.response(kClientOut, v1::RECEIVED, out, "No", challenges);
  journal.request(kClientIn, v1::SENT, "RPC_IN_DATA");
  return journal.response(kClientIn, v1::RECEIVED, in, "No", challenges);
}

JournalBuilder logged_on() {
  JournalBuilder journal;
  over_tls(journal).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc/rpcproxy.dll?server:6001",
                            "Authorization: Basic ****\r\n");
  return journal.rts(kClientOut, v1::RECEIVED, c2_of(120000));
}

ProbedWay const kPlain{true, false};
ProbedWay const kTls{false, true};

TEST(Probe, TellsWhoIsLetInWithoutCredentials) {
  auto const told = [](std::vector<JournalBuilder> const& journals, ProbedWay const& way) {
    auto const facts = probed(journals, way);
    auto const found = facts.find("allow_anonymous");
    return found == facts.end() ? "" : found->second;
  };
  auto plain = open();
  auto tls = open();
  over_tls(tls);
  EXPECT_EQ(told({plain}, kPlain), "true");
  EXPECT_EQ(told({plain}, {true, true}), "");  // over TLS nobody asked
  EXPECT_EQ(told({plain, tls}, {true, true}), "true");
  EXPECT_EQ(told({plain, refused(401, 401)}, {true, true}), "");
  EXPECT_EQ(told({plain}, {true, false, true}), "");  // it may have been the certificate
  EXPECT_EQ(told({logged_on()}, kTls), "");
  EXPECT_EQ(told({logged_on(), refused(401, 403)}, kTls), "false");
  EXPECT_EQ(told({logged_on(), refused(401, 200)}, kTls), "");
  EXPECT_EQ(told({logged_on(), refused(401, 503)}, kTls), "");
  EXPECT_EQ(told({logged_on(), refused(401, 401)}, {true, true}), "");  // plain, with credentials?
  auto leaking = refused(401, 401);
  leaking.opened(kServerOut);
  EXPECT_EQ(told({logged_on(), leaking}, kTls), "");
  JournalBuilder half;
  over_tls(half).request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  half.response(kClientOut, v1::RECEIVED, 401, "No");
  EXPECT_EQ(told({logged_on(), half}, kTls), "");
}

TEST(Probe, TellsTheSchemeThatIsOfferedAndTaken) {
  auto way = kTls;
  way.scheme = "basic";
  auto const challenges = "WWW-Authenticate: Negotiate, NTLM, BASIC realm=\"a, b\"\r\n";
  auto const facts = probed({logged_on(), refused(401, 401, challenges)}, way);
  EXPECT_EQ(facts.at("auth"), "basic");
  EXPECT_FALSE(probed({logged_on(), refused(401, 401)}, way).contains("auth"));
  EXPECT_FALSE(probed({refused(401, 401, challenges)}, way).contains("auth"));
  EXPECT_FALSE(probed({logged_on(), refused(401, 401, challenges)}, kTls).contains("auth"));
  EXPECT_FALSE(
      probed({logged_on(), refused(401, 401, "WWW-Authenticate: NTLM\r\n")}, way).contains("auth"));
}

TEST(Probe, TellsVersion1WhereTheServerHeardOfIt) {
  constexpr End kMixed{v1::CLIENT, v1::MIXED, 9, 1};
  auto const known = [&](std::uint32_t status, bool connects) {
    JournalBuilder journal;
    journal.request(kMixed, v1::SENT, "RPC_CONNECT");
    if (connects) {
      journal.opened(kServerOut);
    }
    journal.response(kMixed, v1::RECEIVED, status, "OK");
    return probed({journal}).contains("v1");
  };
  EXPECT_TRUE(known(200, true));
  EXPECT_FALSE(known(200, false));  // it answers so to everything
  EXPECT_FALSE(known(501, true));
  EXPECT_FALSE(probed({open()}).contains("v1"));
}

TEST(Probe, ReadsNothingWhereNothingIs) {
  EXPECT_TRUE(probed({}).empty());
  EXPECT_TRUE(probed({JournalBuilder()}).empty());
}

model::RunResult probed_run() {
  model::RunResult run;
  run.complete = true;
  run.suite = "1.0";
  run.target.name = "edge";
  run.target.facts = {{"receive_window", "64KiB"}, {"v1", "true"}};
  run.target.probed = {{"receive_window", "40KiB", "CONN/A2 and CONN/B2", "64KiB"},
                       {"v1", "true", "RPC_CONNECT was answered 200", ""}};
  return run;
}

TEST(ProbedFacts, ComeBackFromResults) {
  auto const run = probed_run();
  auto const back = from_json(to_json(run));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->target.probed, run.target.probed);
  EXPECT_EQ(to_json(*back), to_json(run));
}

TEST(ProbedFacts, StandInEachReportAndSoDoesWhatIsStatedOtherwise) {
  auto const run = probed_run();
  auto const* const otherwise =
      "warning: receive_window=64KiB is stated, and counts; the proxy shows receive_window=40KiB "
      "(CONN/A2 and CONN/B2)\n";
  EXPECT_NE(summary_text(run, {}, Colour::off).find(otherwise), std::string::npos);
  EXPECT_NE(report_text(run, {}, Colour::off).find("\nprobed: v1=true\n"), std::string::npos);
  EXPECT_NE(markdown_summary(run).find("Its first cases told `v1=true`."), std::string::npos);
  std::ostringstream page;
  ASSERT_TRUE(write_html(page, {run}));
  EXPECT_NE(page.str().find("true (probed: RPC_CONNECT was answered 200)"), std::string::npos);
  EXPECT_NE(page.str().find("64KiB (stated; the proxy shows 40KiB"), std::string::npos);
}

TEST(ProbedFacts, OfShardsArePutTogether) {
  auto first = probed_run();
  auto second = probed_run();
  first.shard = {1, 2, 5, "00000000000000aa"};
  second.shard = {2, 2, 5, "00000000000000aa"};
  second.target.probed = {{"auth", "basic", "a 401", ""}};
  second.target.facts["auth"] = "basic";
  auto const merged = merge({first, second}, 2);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->run.target.facts.at("auth"), "basic");
  EXPECT_EQ(probed_text(merged->run.target.probed), "v1=true, auth=basic");
}

}  // namespace
}  // namespace rpchspec::reports::test
