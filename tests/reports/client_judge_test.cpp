// Clients that break a requirement, and clients that only look as if they did.

#include "reports/client_judge.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monitor_fixture.hpp"

namespace rpchspec::reports::test {
namespace {

constexpr End kIn1{v1::UPSTREAM, v1::IN, 1, 1};
constexpr End kOut1{v1::UPSTREAM, v1::OUT, 2, 1};
constexpr End kIn2{v1::UPSTREAM, v1::IN, 3, 1};
constexpr End kOut2{v1::UPSTREAM, v1::OUT, 4, 1};

constexpr char const* kTarget = "/rpc/rpcproxy.dll?exch01:6001";
constexpr char const* kFields =
    "Cache-Control: no-cache\r\nConnection: Keep-Alive\r\nHost: gw\r\nPragma: No-cache\r\n"
    "Accept: application/rpc\r\nUser-Agent: MSRPC\r\n";

std::string fields(std::string const& length, std::string const& more = {}) {
  return kFields + ("Content-Length: " + length + "\r\n") + more;
}

model::RequirementRegistry const& shipped_registry() {
  static auto const kRegistry =
      model::RequirementRegistry::load(RPCHSPEC_SOURCE_DIR "/scenarios/requirements.yaml");
  return *kRegistry;
}

wire::RtsPdu b1(std::uint32_t keepalive = 300000) {
  return wire::conn_b1(vc_cookie(), cookie(kIn), ChannelLifetime(1073741824),
                       ClientKeepalive(keepalive), {});
}

wire::RtsPdu a1() {
  return wire::conn_a1(vc_cookie(), cookie(kOut), ReceiveWindowSize(65536));
}

/// A connection of a client that has sent a head.
JournalBuilder& begin(JournalBuilder& journal, End const& end, std::string const& length) {
  auto const method = end.leg == v1::IN ? "RPC_IN_DATA" : "RPC_OUT_DATA";
  return journal.opened(end).request(end, v1::RECEIVED, method, kTarget, fields(length), 10);
}

/// A virtual connection as a correct client opens it.
JournalBuilder client() {
  JournalBuilder journal;
  begin(journal, kIn1, "1073741824");
  begin(journal, kOut1, "76");
  journal.rts(kOut1, v1::RECEIVED, a1()).rts(kIn1, v1::RECEIVED, b1());
  journal.response(kOut1, v1::SENT, 200, "Success", kSuccess);
  journal.rts(kOut1, v1::SENT, wire::conn_a3(ConnectionTimeout(120000)));
  journal.rts(kOut1, v1::SENT,
              wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000)));
  return journal.at(1);
}

/// "RPCH-... kind" of each finding, in their order, joined by a comma.
std::string against(JournalBuilder const& journal) {
  ClientJudge judge(shipped_registry());
  for (auto const& event : journal.events()) {
    judge.on_event(event);
  }
  std::string text;
  for (auto const& each : judge.findings()) {
    text += (text.empty() ? "" : ", ") + each.observation.requirement;
  }
  return text;
}

std::string against_head(std::string const& method,
                         std::string const& target,
                         std::string const& with,
                         std::uint32_t version = 10) {
  JournalBuilder journal;
  journal.opened(kIn1).request(kIn1, v1::RECEIVED, method, target, with, version);
  return against(journal);
}

wire::RtsPdu with_cookie(wire::RtsPduKind kind, std::uint8_t successor) {
  return recycling(kind, kIn, successor);
}

TEST(ClientJudge, HasNothingAgainstACorrectClient) {
  auto journal = client();
  journal.rpc(kIn1, v1::RECEIVED, 1).rpc(kOut1, v1::SENT, 2);
  journal.rts(kIn1, v1::RECEIVED, wire::make(wire::RtsPduKind::Ping));
  journal.rts(kIn1, v1::RECEIVED, wire::make(wire::RtsPduKind::KeepAlive));
  journal.rts(kIn1, v1::RECEIVED, wire::make(wire::RtsPduKind::FlowControlAckWithDestination));
  EXPECT_EQ(against(journal), "");
}

TEST(ClientJudge, MissesEachFieldThatARequestMustHave) {
  for (std::string const name : {"Cache-Control", "Connection", "Host", "Pragma"}) {
    auto with = fields("1073741824");
    auto const at = with.find(name);
    with.erase(at, with.find("\r\n", at) + 2 - at);
    EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, with), "RPCH-2.1.2.1.1-01") << name;
  }
}

TEST(ClientJudge, ReadsFieldsAsHttpDoes) {
  std::string const with =
      "cache-control: No-Cache, max-age=0\r\nCONNECTION: keep-alive\r\nhost: gw\r\n"
      "Pragma: SessionId=a4f1db00-ca47-1067-b31f-00dd010662da, no-cache\r\n"
      "accept: application/rpc\r\nuser-agent: MSRPC\r\nContent-Length: 131072\r\n";
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, with), "");
}

TEST(ClientJudge, OnlyWarnsOfHttp11) {
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("1073741824"), 11), "RPCH-2.1.2.1.1-02");
  JournalBuilder journal;
  journal.opened(kIn1).request(kIn1, v1::RECEIVED, "RPC_IN_DATA", kTarget, fields("1073741824"));
  ClientJudge judge(shipped_registry());
  for (auto const& event : journal.events()) {
    judge.on_event(event);
  }
  EXPECT_FALSE(judge.failed());
}

TEST(ClientJudge, KnowsTheLengthsOfChannels) {
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("131071")), "RPCH-2.1.2.1.1-03");
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("131072")), "");
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("2147483648")), "");
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("2147483649")), "RPCH-2.1.2.1.1-03");
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, kFields), "RPCH-2.1.2.1.1-03");
  EXPECT_EQ(against_head("RPC_OUT_DATA", kTarget, fields("77")), "RPCH-2.1.2.1.2-02");
  EXPECT_EQ(against_head("RPC_OUT_DATA", kTarget, fields("120")), "");
}

TEST(ClientJudge, TakesTheFirstLegOfALogOnForTheEchoRequestThatItIs) {
  EXPECT_EQ(against_head("RPC_IN_DATA", kTarget, fields("0", "Authorization: NTLM AAAA\r\n")), "");
  EXPECT_EQ(against_head("RPC_OUT_DATA", kTarget, fields("16")), "");
  EXPECT_EQ(against_head("RPC_OUT_DATA", kTarget, "Host: gw\r\nContent-Length: 4\r\n"),
            "RPCH-2.1.2.1.5-01");
}

TEST(ClientJudge, LeavesRequestsOfOthersAlone) {
  EXPECT_EQ(against_head("GET", "/health", "Host: gw\r\n"), "");
}

TEST(ClientJudge, KnowsTheFormsOfPragmas) {
  auto const with = [](std::string const& pragma) {
    return against_head("RPC_IN_DATA", kTarget, fields("131072", "Pragma: " + pragma + "\r\n"));
  };
  EXPECT_EQ(with("MinConnTimeout=120"), "");
  EXPECT_EQ(with("MinConnTimeout=14400"), "");
  EXPECT_EQ(with("something=else"), "");
  EXPECT_EQ(with("MinConnTimeout=119"), "RPCH-2.1.2.1.1-04");
  EXPECT_EQ(with("MinConnTimeout=0x100"), "RPCH-2.1.2.1.1-04");
  EXPECT_EQ(with("MinConnTimeout=14401"), "RPCH-2.1.2.1.1-04");
  EXPECT_EQ(with("SessionId=1234"), "RPCH-2.1.2.1.1-04");
}

TEST(ClientJudge, KnowsTheUrl) {
  auto const of = [](std::string const& target) {
    return against_head("RPC_IN_DATA", target, fields("131072"));
  };
  EXPECT_EQ(of("/RPC/RpcProxy.dll?10.0.0.1:6001"), "");
  EXPECT_EQ(of("http://gw/rpc/rpcproxy.dll?[::1]:006001"), "");
  EXPECT_EQ(of("/rpc/rpcproxy.dlx?exch01:6001"), "RPCH-2.2.2-01");
  EXPECT_EQ(of("/rpcwithcert/rpcproxy.dll?exch01:6001"), "RPCH-2.2.2-01");
  EXPECT_EQ(of("/rpc/rpcproxy.dll"), "RPCH-2.2.2-03");
  EXPECT_EQ(of("/rpc/rpcproxy.dll?exch01"), "RPCH-2.2.2-03");
  EXPECT_EQ(of("/rpc/rpcproxy.dll?exch01:0006001"), "RPCH-2.2.2-08");
  EXPECT_EQ(of("/rpc/rpcproxy.dll?exch01:6x01"), "RPCH-2.2.2-08");
}

v1::Event tls(std::string const& subject) {
  v1::Event event;
  event.set_source(v1::UPSTREAM);
  event.set_connection(1);
  event.mutable_tls()->set_peer_subject(subject);
  return event;
}

TEST(ClientJudge, TakesThePathOfCertificatesFromWhoShowsOne) {
  JournalBuilder journal;
  journal.opened(kIn1).add(tls("CN=ann"));
  journal.request(kIn1, v1::RECEIVED, "RPC_IN_DATA", "/rpcwithcert/rpcproxy.dll?exch01:6001",
                  fields("131072"), 10);
  EXPECT_EQ(against(journal), "");
}

TEST(ClientJudge, ObjectsToTrustInAWrongCertificate) {
  JournalBuilder journal;
  journal.parameter("certificate", "expired").opened(kIn1).add(tls(""));
  EXPECT_EQ(against(journal), "");
  journal.request(kIn1, v1::RECEIVED, "RPC_IN_DATA", kTarget, fields("131072"), 10);
  EXPECT_EQ(against(journal), "FIELD-F75");
}

TEST(ClientJudge, HasNothingAgainstPlainRequestsBesideAWrongCertificate) {
  JournalBuilder journal;
  journal.parameter("certificate", "expired").opened(kIn1);
  journal.request(kIn1, v1::RECEIVED, "RPC_IN_DATA", kTarget, fields("131072"), 10);
  EXPECT_EQ(against(journal), "");
}

TEST(ClientJudge, KnowsV1sHead) {
  std::string const good = "Pragma: No-cache\r\nUser-Agent: RPC\r\nHost: gw\r\n";
  EXPECT_EQ(against_head("RPC_CONNECT", "/?exch01:6001", good, 11), "");
  EXPECT_EQ(against_head("RPC_CONNECT", "/rpc/rpcproxy.dll?exch01:6001", good, 11), "");
  EXPECT_EQ(against_head("RPC_CONNECT", kTarget, good, 10), "RPCH-2.1.1.1.1-01");
  EXPECT_EQ(against_head("RPC_CONNECT", "/rpc/?exch01:6001", good, 11), "RPCH-2.1.1.1.1-01");
  EXPECT_EQ(against_head("RPC_CONNECT", kTarget, good + "Content-Length: 5\r\n", 11),
            "RPCH-2.1.1.1.1-03");
}

TEST(ClientJudge, KnowsTheFirstPduOfEachChannel) {
  auto const first = [](End const& end, std::string const& length, wire::RtsPdu const& pdu) {
    JournalBuilder journal;
    return against(begin(journal, end, length).rts(end, v1::RECEIVED, pdu));
  };
  EXPECT_EQ(first(kIn1, "131072", b1()), "");
  EXPECT_EQ(first(kIn1, "131072", a1()), "RPCH-2.2.4.5-01");
  EXPECT_EQ(first(kOut1, "76", b1()), "RPCH-2.2.4.2-01");
  EXPECT_EQ(first(kOut1, "120", a1()), "RPCH-2.2.4.25-01");
  auto const a3 = wire::make(wire::RtsPduKind::OutR1A3);
  EXPECT_EQ(first(kOut1, "120", a3), "");
  EXPECT_EQ(first(kOut1, "76", a3), "RPCH-2.1.2.1.2-03");
  auto bad = wire::make(wire::RtsPduKind::InR1A1);
  bad.commands.pop_back();
  EXPECT_EQ(first(kIn1, "131072", bad), "RPCH-2.2.4.10-01");
}

TEST(ClientJudge, KnowsTheKeepaliveInterval) {
  auto const of = [](std::uint32_t interval) {
    JournalBuilder journal;
    return against(begin(journal, kIn1, "131072").rts(kIn1, v1::RECEIVED, b1(interval)));
  };
  EXPECT_EQ(of(0), "");
  EXPECT_EQ(of(60000), "");
  EXPECT_EQ(of(59999), "RPCH-2.2.3.5.6-01");
}

TEST(ClientJudge, CountsTheBodyOfIn) {
  auto journal = client();
  auto const add = [&](std::uint64_t offset) {
    v1::Event event;
    event.set_source(v1::UPSTREAM);
    event.set_connection(1);
    event.set_leg(v1::IN);
    event.set_virtual_connection(1);
    event.set_direction(v1::RECEIVED);
    event.mutable_pdu()->set_size(1000);
    event.mutable_pdu()->set_offset(offset);
    journal.add(event);
  };
  add(1073741824 - 1000);
  EXPECT_EQ(against(journal), "");
  add(1073741824 - 999);
  EXPECT_EQ(against(journal), "RPCH-2.1.2.1.7-02");
}

TEST(ClientJudge, ObjectsToBytesThatAreNoPdus) {
  auto journal = client();
  journal.raw(kIn1, v1::RECEIVED, "\r\n", "garbage");
  EXPECT_EQ(against(journal), "RPCH-2.1.2.1.7-01");
}

TEST(ClientJudge, WantsRpcPdusBehindC2) {
  JournalBuilder journal;
  begin(journal, kIn1, "1073741824");
  begin(journal, kOut1, "76");
  journal.rts(kIn1, v1::RECEIVED, b1()).rts(kOut1, v1::RECEIVED, a1());
  journal.rts(kOut1, v1::SENT, wire::conn_a3(ConnectionTimeout(120000)));
  journal.rpc(kIn1, v1::RECEIVED, 1);
  EXPECT_EQ(against(journal), "RPCH-3.2.2.4.1.2-01");
}

TEST(ClientJudge, WantsAcknowledgementsOnIn) {
  auto journal = client();
  journal.rts(kOut1, v1::RECEIVED, wire::make(wire::RtsPduKind::FlowControlAckWithDestination));
  EXPECT_EQ(against(journal), "RPCH-3.2.1.5.2-10");
}

TEST(ClientJudge, OnlyWarnsOfACookieTwice) {
  auto journal = client();
  journal.ended(kIn1, v1::NO_DIRECTION, v1::FIN).ended(kOut1, v1::NO_DIRECTION, v1::FIN);
  auto const again = End{v1::UPSTREAM, v1::OUT, 12, 1};
  begin(journal, again, "76").rts(again, v1::RECEIVED, a1());
  EXPECT_EQ(against(journal), "RPCH-2.2.3.1-01");
}

/// IN recycling up to the proxy's answer.
JournalBuilder in_recycling(std::uint8_t predecessor = kIn) {
  auto journal = client();
  begin(journal, kIn2, "1073741824");
  return journal.rts(kIn2, v1::RECEIVED, recycling(wire::RtsPduKind::InR2A1, predecessor, kNext));
}

TEST(ClientJudge, FollowsInRecycling) {
  auto journal = in_recycling();
  journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::InR2A4));
  journal.rpc(kIn1, v1::RECEIVED, 1);
  journal.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::InR2A5, kNext));
  journal.rpc(kIn2, v1::RECEIVED, 2);
  EXPECT_EQ(against(journal), "");
  journal.rpc(kIn1, v1::RECEIVED, 3);
  EXPECT_EQ(against(journal), "RPCH-3.2.2.5.5-01");
}

TEST(ClientJudge, ObjectsToInRecyclingThatNamesAnotherPredecessor) {
  EXPECT_EQ(against(in_recycling(99)), "RPCH-3.2.2.5.12-01");
}

TEST(ClientJudge, ObjectsToInRecyclingBeforeC2) {
  JournalBuilder journal;
  begin(journal, kIn1, "1073741824").rts(kIn1, v1::RECEIVED, b1());
  begin(journal, kIn2, "1073741824");
  journal.rts(kIn2, v1::RECEIVED, recycling(wire::RtsPduKind::InR2A1, kIn, kNext));
  EXPECT_EQ(against(journal), "RPCH-3.2.2.5.12-01");
}

TEST(ClientJudge, ObjectsToA5ThatComesTooEarlyOrElsewhereOrWithAnotherCookie) {
  auto early = in_recycling();
  early.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::InR2A5, kNext));
  EXPECT_EQ(against(early), "RPCH-3.2.2.5.5-01");
  auto other = in_recycling();
  other.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::InR2A4));
  other.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::InR2A5, 77));
  EXPECT_EQ(against(other), "RPCH-3.2.2.5.5-01");
  auto elsewhere = in_recycling();
  elsewhere.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::InR2A4));
  elsewhere.rts(kIn2, v1::RECEIVED, with_cookie(wire::RtsPduKind::InR2A5, kNext));
  EXPECT_EQ(against(elsewhere), "RPCH-3.2.2.5.5-01");
}

/// OUT recycling up to A6 of the second sequence.
JournalBuilder out_recycling() {
  auto journal = client();
  journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::OutR2A2));
  begin(journal, kOut2, "120");
  journal.rts(kOut2, v1::RECEIVED, recycling(wire::RtsPduKind::OutR2A3, kOut, kNext));
  return journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::OutR2A6));
}

TEST(ClientJudge, FollowsOutRecycling) {
  auto journal = out_recycling();
  journal.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::OutR2A7, kNext));
  journal.rts(kOut2, v1::RECEIVED, wire::make(wire::RtsPduKind::OutR2C1));
  journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::OutR2B3));
  EXPECT_EQ(against(journal), "");
}

TEST(ClientJudge, ObjectsToA7WithAnotherCookieOrOfAnotherSequence) {
  auto other = out_recycling();
  other.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::OutR2A7, 77));
  EXPECT_EQ(against(other), "RPCH-3.2.2.5.9-01");
  auto r1 = out_recycling();
  r1.rts(kIn1, v1::RECEIVED, with_cookie(wire::RtsPduKind::OutR1A7, kNext));
  EXPECT_EQ(against(r1), "RPCH-3.2.2.5.7-01");
}

TEST(ClientJudge, ObjectsToA3ThatNobodyAskedFor) {
  auto journal = client();
  begin(journal, kOut2, "120");
  journal.rts(kOut2, v1::RECEIVED, recycling(wire::RtsPduKind::OutR2A3, kOut, kNext));
  EXPECT_EQ(against(journal), "RPCH-3.2.2.5.6-01");
}

TEST(ClientJudge, ObjectsToA11BeforeA10) {
  auto journal = client();
  journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::OutR1A2));
  begin(journal, kOut2, "120");
  journal.rts(kOut2, v1::RECEIVED, recycling(wire::RtsPduKind::OutR1A3, kOut, kNext));
  journal.rts(kOut1, v1::SENT, wire::make(wire::RtsPduKind::OutR1A6));
  journal.rts(kOut2, v1::RECEIVED, wire::make(wire::RtsPduKind::OutR1A11));
  EXPECT_EQ(against(journal), "RPCH-3.2.2.5.8-01");
}

TEST(ClientJudge, WantsAPingInTime) {
  auto in_time = client();
  in_time.at(180).rts(kIn1, v1::RECEIVED, wire::make(wire::RtsPduKind::Ping));  // as Windows may
  EXPECT_EQ(against(in_time), "");
  auto late = client();
  late.at(190).rts(kIn1, v1::RECEIVED, wire::make(wire::RtsPduKind::Ping));
  EXPECT_EQ(against(late), "RPCH-3.2.2.6.1-01");
}

TEST(ClientJudge, CountsTheSightingsOfOneFinding) {
  ClientJudge judge(shipped_registry());
  for (std::uint32_t number = 1; number <= 40; ++number) {
    End const end{v1::UPSTREAM, v1::IN, number, 0};
    JournalBuilder journal;
    begin(journal, end, "17").ended(end, v1::NO_DIRECTION, v1::FIN);
    for (auto const& event : journal.events()) {
      judge.on_event(event);
    }
  }
  ASSERT_EQ(judge.findings().size(), 1U);
  EXPECT_EQ(judge.findings().front().sightings, 40U);
  EXPECT_EQ(judge.findings().front().connections.size(), 32U);
  EXPECT_TRUE(judge.failed());
  auto const forgetting = JournalBuilder().parameter(kForgotten, "findings");
  judge.on_event(forgetting.events().back());
  EXPECT_FALSE(judge.failed());
}

TEST(ClientJudge, SaysWhatWasJudgedAndWhatWasNot) {
  ClientJudge judge(shipped_registry());
  auto const journal = client();
  for (auto const& event : journal.events()) {
    judge.on_event(event);
  }
  std::map<std::string, model::Verdict> verdicts;
  for (auto const& each : judge.cases()) {
    verdicts[each.id] = each.verdict;
  }
  EXPECT_EQ(verdicts.at("client/RPCH-2.2.4.2-01"), model::Verdict::pass);
  EXPECT_EQ(verdicts.at("client/RPCH-3.2.2.5.8-01"), model::Verdict::skip);
  EXPECT_FALSE(verdicts.contains("client/RPCH-3.2.2.5.10-01"));  // nothing can judge it
}

TEST(ClientJudge, JudgesRequirementsOfTheClientOnly) {
  for (auto const& monitor : make_client_monitors()) {
    for (auto const id : monitor->requirements()) {
      auto const* const requirement = shipped_registry().find(id);
      ASSERT_NE(requirement, nullptr) << id;
      EXPECT_EQ(requirement->role, "client") << id;
    }
  }
}

}  // namespace
}  // namespace rpchspec::reports::test
