#include "reports/monitor.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "monitor_fixture.hpp"

namespace rpchspec::reports::test {
namespace {

using wire::RtsPduKind;

TEST(Monitors, SayNothingOfAnOpening) {
  EXPECT_EQ(said(open()), "");
  EXPECT_EQ(said(open({}, "rpc-proxy")), "");
}

TEST(Monitors, CiteOnlyRequirementsOfTheRegistry) {
  std::ifstream file(std::string(RPCHSPEC_SOURCE_DIR) + "/scenarios/requirements.yaml");
  ASSERT_TRUE(file);
  std::ostringstream text;
  text << file.rdbuf();
  for (auto const& monitor : monitor_facts()) {
    EXPECT_FALSE(monitor.requirements.empty()) << monitor.name;
    for (auto const& id : monitor.requirements) {
      EXPECT_NE(text.str().find("- id: " + id + "\n"), std::string::npos)
          << monitor.name << " " << id;
    }
  }
}

TEST(Monitors, CanBeSwitchedOffByName) {
  auto journal = open();
  journal.rpc(kServerIn, v1::RECEIVED, 5);
  scenario::v1::Scenario scenario;
  EXPECT_NE(said(journal, scenario), "");
  scenario.add_monitors_off("forwarding");
  EXPECT_EQ(said(journal, scenario), "");
}

TEST(Monitors, CompareNothingWithAServerThatIsNotOurs) {
  for (auto const* const topology : {"rpc-proxy", "live"}) {
    JournalBuilder journal(topology);
    journal.opened(kClientOut).rpc(kClientOut, v1::RECEIVED, 9);
    journal.rts(kClientOut, v1::RECEIVED, wire::make(RtsPduKind::ConnC2));
    EXPECT_EQ(said(journal) == "", std::string_view(topology) == "live") << topology;
  }
}

TEST(ForwardingMonitor, AcceptsPdusInOrderAndRepeatedContent) {
  auto journal = open();
  up(journal, 1);
  up(journal, 1);
  journal.rpc(kServerOut, v1::SENT, 9).rpc(kClientOut, v1::RECEIVED, 9);
  EXPECT_EQ(said(journal), "");
}

TEST(ForwardingMonitor, AcceptsPdusDroppedAtTheEnd) {
  auto journal = open();
  up(journal, 1);
  journal.rpc(kClientIn, v1::SENT, 2).rpc(kClientIn, v1::SENT, 3);
  journal.ended(kClientIn, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(said(journal), "");
}

TEST(ForwardingMonitor, SeesAChangedPdu) {
  auto journal = open();
  journal.rpc(kClientIn, v1::SENT, 1).rpc(kServerIn, v1::RECEIVED, 99);
  EXPECT_EQ(said(journal), "forwarding RPCH-1.3.4-01");
}

TEST(ForwardingMonitor, SeesALostPdu) {
  auto journal = open();
  journal.rpc(kClientIn, v1::SENT, 1);
  up(journal, 2);
  EXPECT_EQ(said(journal), "forwarding RPCH-1.3.4-01");
}

TEST(ForwardingMonitor, SeesAPduTwice) {
  auto journal = open();
  up(journal, 1).rpc(kServerIn, v1::RECEIVED, 1);
  EXPECT_EQ(said(journal), "forwarding RPCH-1.3.4-01");
}

TEST(ForwardingMonitor, SeesChangedOrder) {
  auto journal = open();
  journal.rpc(kServerOut, v1::SENT, 1).rpc(kServerOut, v1::SENT, 2);
  journal.rpc(kClientOut, v1::RECEIVED, 2).rpc(kClientOut, v1::RECEIVED, 1);
  EXPECT_EQ(said(journal), "forwarding RPCH-3.2.1.1.4-02");
}

TEST(ForwardingMonitor, AcceptsThatAClosedConnectionLostWhatItHeld) {
  auto journal = open();
  journal.rpc(kClientIn, v1::SENT, 1).ended(kClientIn, v1::SENT, v1::RST);
  constexpr End kAgain{v1::CLIENT, v1::IN, 11, 1};
  journal.opened(kAgain).rpc(kAgain, v1::SENT, 2).rpc(kServerIn, v1::RECEIVED, 2);
  EXPECT_EQ(said(journal), "");
}

TEST(RoutingMonitor, AcceptsWhatIsPassedOnUnchanged) {
  auto journal = open();
  journal.rpc(kServerOut, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, 1);
  auto const routed = wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy,
                                                              ack(1000, 65536, kOut));
  journal.rts(kClientIn, v1::SENT, routed).rts(kServerIn, v1::RECEIVED, routed);
  journal.rts(kServerOut, v1::SENT, routed);
  EXPECT_EQ(said(journal), "");
  journal.rts(kClientOut, v1::RECEIVED, routed);
  EXPECT_EQ(said(journal), "routing RPCH-3.2.1.5.2-11");
}

TEST(RoutingMonitor, SeesAPingThatGoesOnToTheServer) {
  auto journal = open();
  journal.rts(kClientIn, v1::SENT, wire::ping()).rts(kServerIn, v1::RECEIVED, wire::ping());
  EXPECT_EQ(said(journal), "routing RPCH-3.2.1.5.2-02");
}

TEST(RoutingMonitor, SeesChangedFlags) {
  auto journal = open();
  auto pdu = wire::make(RtsPduKind::OutR1A1);
  journal.rts(kServerOut, v1::SENT, pdu);
  pdu.flags = 0;
  journal.rts(kClientOut, v1::RECEIVED, pdu);
  EXPECT_EQ(said(journal), "routing RPCH-3.2.1.5.2-05");
}

TEST(SyntaxMonitor, AcceptsThirtySecondsAndPings) {
  Differently with;
  with.a3 = wire::conn_a3(ConnectionTimeout(30000));
  auto journal = open(with);
  journal.rts(kClientOut, v1::RECEIVED, wire::ping());
  EXPECT_EQ(said(journal), "");
}

TEST(SyntaxMonitor, SeesIllegalValuesAndForms) {
  Differently with;
  with.a3 = wire::conn_a3(ConnectionTimeout(1000));
  EXPECT_EQ(said(open(with)), "rts-syntax RPCH-2.2.3.5.3-01");
  with = {};
  with.a2.flags = 0;
  EXPECT_EQ(said(open(with)), "rts-syntax RPCH-2.2.3.6.1-09");
  with = {};
  with.a2.header.call_id = 9;
  EXPECT_EQ(said(open(with)), "rts-syntax RPCH-2.2.3.6.1-06");
  with = {};
  with.a2.header.pfc_flags = 1;
  EXPECT_EQ(said(open(with)), "rts-syntax RPCH-2.2.3.6.1-02");
}

TEST(SyntaxMonitor, BlamesNobodyForWhatTheServerPutIntoC1) {
  auto const odd = wire::conn_c1(1, ReceiveWindowSize(1), ConnectionTimeout(120000));
  JournalBuilder journal;
  journal.opened(kClientOut).opened(kServerOut);
  journal.rts(kServerOut, v1::SENT, odd).rts(kClientOut, v1::RECEIVED, odd);
  EXPECT_EQ(said(journal), "");
}

TEST(WindowMonitor, AllowsTheWholeWindowAndWhatAnAckOpens) {
  auto journal = open();
  up(journal, 1, 10000);
  journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(10000, 10000, kIn)));
  up(journal, 2, 10000);
  EXPECT_EQ(said(journal), "");
}

TEST(WindowMonitor, SeesMoreThanTheWindow) {
  auto journal = open();
  up(journal, 1, 10001);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.3-02");
}

TEST(WindowMonitor, SeesMoreThanAnAckAllows) {
  auto journal = open();
  up(journal, 1, 8000);
  journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(8000, 4000, kIn)));
  up(journal, 2, 4001);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.5.1.1-02");
}

TEST(WindowMonitor, SeesAnAckOfAnotherChannelObeyed) {
  auto journal = open();
  up(journal, 1, 8000);
  journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(8000, 10000, 77)));
  up(journal, 2, 4000);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.5.1.2-01");
}

TEST(WindowMonitor, SeesPdusBeforeB3) {
  JournalBuilder journal;
  journal.opened(kClientIn).opened(kServerIn);
  up(journal, 1);
  EXPECT_EQ(said(journal), "window RPCH-3.2.3.5.3-07");
}

TEST(WindowMonitor, WatchesTheClientsWindow) {
  auto journal = open();
  journal.rpc(kServerOut, v1::SENT, 1, 65536).rpc(kClientOut, v1::RECEIVED, 1, 65536);
  EXPECT_EQ(said(journal), "");
  journal.rpc(kServerOut, v1::SENT, 2, 20).rpc(kClientOut, v1::RECEIVED, 2, 20);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.3-02");
}

TEST(AckMonitor, AcceptsCorrectAcksOnBothLegs) {
  auto journal = open();
  up(journal, 1, 5000);
  journal.rts(kServerIn, v1::RECEIVED,
              wire::flow_control_ack_with_destination(wire::ForwardDestination::FDClient,
                                                      ack(5000, 65536, kIn)));
  journal.rpc(kServerOut, v1::SENT, 2, 5000).rpc(kClientOut, v1::RECEIVED, 2, 5000);
  journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(5000, 65536, kOut)));
  EXPECT_EQ(said(journal), "");
}

TEST(AckMonitor, SeesWrongAcks) {
  auto const with = [](wire::FlowControlAckCommand const& wrong) {
    auto journal = open();
    journal.rpc(kServerOut, v1::SENT, 2, 5000).rpc(kClientOut, v1::RECEIVED, 2, 5000);
    journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(wrong));
    return said(journal);
  };
  EXPECT_EQ(with(ack(5000, 65536, 9)), "acks RPCH-2.2.3.4-03");
  EXPECT_EQ(with(ack(9000, 65536, kOut)), "acks RPCH-2.2.3.4-01");
  EXPECT_EQ(with(ack(4999, 65536, kOut)), "acks RPCH-2.2.3.4-01");
  EXPECT_EQ(with(ack(5044, 65536, kOut)), "acks RPCH-3.2.1.1.4-01");
  EXPECT_EQ(with(ack(5000, 65537, kOut)), "acks RPCH-2.2.3.4-02");
}

TEST(AckMonitor, KnowsWherePdusEnd) {
  auto journal = open();
  auto const server_reads = [&](std::uint32_t received) {
    journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(received, 65536, kOut)));
    return said(journal);
  };
  EXPECT_EQ(server_reads(0), "");
  for (auto const number : {1, 2, 3}) {
    journal.rpc(kServerOut, v1::SENT, number, 1000).rpc(kClientOut, v1::RECEIVED, number, 1000);
  }
  EXPECT_EQ(server_reads(2000), "") << "the third is still to be read";
  EXPECT_EQ(server_reads(2000), "") << "told twice";
  EXPECT_EQ(server_reads(3000), "");
  EXPECT_EQ(server_reads(2999), "acks RPCH-2.2.3.4-01");
}

/// IN_R2 with 5000 bytes on the predecessor, 3000 on the successor, and then this acknowledgement.
std::string after_in_r2(wire::FlowControlAckCommand const& said_last) {
  auto journal = open();
  up(journal, 1, 5000);
  journal.opened(kSecondIn);
  journal.rts(kSecondIn, v1::SENT, recycling(wire::RtsPduKind::InR2A1, kIn, kNext));
  journal.rts(kServerIn, v1::RECEIVED, recycling(wire::RtsPduKind::InR2A2, 0, kNext));
  journal.rts(kClientIn, v1::SENT, recycling(wire::RtsPduKind::InR2A5, 0, kNext));
  journal.rpc(kSecondIn, v1::SENT, 2, 3000).rpc(kServerIn, v1::RECEIVED, 2, 3000);
  journal.rts(
      kServerIn, v1::RECEIVED,
      wire::flow_control_ack_with_destination(wire::ForwardDestination::FDClient, said_last));
  return said(journal);
}

TEST(AckMonitor, CountsASuccessorInFromZeroByItsOwnCookie) {
  EXPECT_EQ(after_in_r2(ack(3000, 65536, kNext)), "");
  EXPECT_EQ(after_in_r2(ack(5000, 65536, kIn)), "") << "a last one of the predecessor, under way";
  EXPECT_EQ(after_in_r2(ack(8000, 65536, kNext)), "acks RPCH-3.2.1.3-01");
  EXPECT_EQ(after_in_r2(ack(8000, 65536, kIn)), "acks RPCH-2.2.3.4-03");
  EXPECT_EQ(after_in_r2(ack(3000, 65536, 77)), "acks RPCH-2.2.3.4-03");
}

TEST(AckMonitor, KnowsWherePdusOfASuccessorEnd) {
  EXPECT_EQ(after_in_r2(ack(2999, 65536, kNext)), "acks RPCH-2.2.3.4-01");
}

/// OUT_R2 with 5000 bytes before OUT_R2/B1, 3000 after it, and then this acknowledgement.
std::string after_out_r2(wire::FlowControlAckCommand const& said_last) {
  auto journal = open();
  journal.rpc(kServerOut, v1::SENT, 1, 5000).rpc(kClientOut, v1::RECEIVED, 1, 5000);
  journal.rts(kServerOut, v1::RECEIVED, recycling(wire::RtsPduKind::OutR2A4, 0, kNext));
  journal.rts(kServerOut, v1::SENT, wire::make(wire::RtsPduKind::OutR2B1));
  journal.rpc(kServerOut, v1::SENT, 2, 3000).rpc(kClientOut, v1::RECEIVED, 2, 3000);
  journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(said_last));
  return said(journal);
}

TEST(AckMonitor, LetsTheKeptLegCountOnOrAnewUnderTheSuccessorsCookie) {
  EXPECT_EQ(after_out_r2(ack(8000, 65536, kNext)), "") << "goes on";
  EXPECT_EQ(after_out_r2(ack(3000, 65536, kNext)), "") << "starts again";
  EXPECT_EQ(after_out_r2(ack(5000, 65536, kOut)), "") << "one that was under way";
  EXPECT_EQ(after_out_r2(ack(8000, 65536, kOut)), "acks RPCH-2.2.3.4-03");
  EXPECT_EQ(after_out_r2(ack(8001, 65536, kNext)), "acks RPCH-3.2.1.3-01");
}

TEST(LifetimeMonitor, SeesBytesBeyondTheContentLength) {
  Differently with;
  with.success = "Content-Type: application/rpc\r\nContent-Length: 131072\r\n";
  with.a2 = a2(131072);
  auto journal = open(with);
  for (std::uint32_t i = 0; i < 3;
       ++i) {  // acknowledged as it goes, so that no window is in the way
    journal.rts(kServerOut, v1::SENT,
                wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy,
                                                        ack(i * 43000, 65536, kOut)));
    journal.rpc(kServerOut, v1::SENT, i, 43000).rpc(kClientOut, v1::RECEIVED, i, 43000);
  }
  EXPECT_EQ(said(journal), "");
  journal.rpc(kServerOut, v1::SENT, 4, 2001).rpc(kClientOut, v1::RECEIVED, 4, 2001);
  EXPECT_EQ(said(journal), "lifetime RPCH-2.1.2.1.8-02");
}

TEST(HeadMonitor, SeesWrongSuccessHeads) {
  Differently with;
  with.success = "Content-Type: text/html\r\nContent-Length: 1073741824\r\n";
  EXPECT_EQ(said(open(with)), "http-heads RPCH-2.1.2.1.4-02");
  with.success = "Content-Type: application/rpc\r\nContent-Length: 1000\r\n";
  with.a2 = a2(131072);
  EXPECT_NE(said(open(with)).find("http-heads RPCH-2.1.2.1.4-01"), std::string::npos);
}

JournalBuilder refused(std::string const& reason,
                       std::string const& method = "RPC_OUT_DATA",
                       std::uint32_t status = 503,
                       std::string const& target = "/rpc/rpcproxy.dll?s:1") {
  JournalBuilder journal;
  auto const end = method == "RPC_IN_DATA" ? kClientIn : kClientOut;
  journal.opened(end).request(end, v1::SENT, method, target);
  return journal.response(end, v1::RECEIVED, status, reason, "", 10);
}

TEST(HeadMonitor, AcceptsLawfulRefusals) {
  EXPECT_EQ(said(refused("RPC Error: 6ba")), "");
  EXPECT_EQ(said(refused("RPC Error: 6BA, EEInfo: AAAA")), "");
  EXPECT_EQ(said(refused("Not Found", "RPC_OUT_DATA", 404)), "");
  EXPECT_EQ(said(refused("Service Unavailable", "RPC_OUT_DATA", 503, "/elsewhere")), "");
  EXPECT_EQ(said(refused("Service Unavailable", "GET")), "");
  EXPECT_EQ(said(refused("RPC Error: 6ba", "RPC_IN_DATA")), "");
}

TEST(HeadMonitor, SeesWrongRefusals) {
  EXPECT_EQ(said(refused("Service Unavailable")), "http-heads RPCH-2.1.2.1.3-03");
  EXPECT_EQ(said(refused("RPC Error: 0")), "http-heads RPCH-2.1.2.1.3-05");
  EXPECT_EQ(said(refused("RPC Error: c0000005")), "http-heads RPCH-2.1.2.1.3-05");
  EXPECT_EQ(said(refused("RPC Error: 123456789")), "http-heads RPCH-2.1.2.1.3-04");
  EXPECT_EQ(said(refused("RPC Error: 6ba, EEInfo: ?")), "http-heads RPCH-2.1.2.1.3-07");
  EXPECT_EQ(said(refused("RPC Error: 6ba" + std::string(1100, ' '))).substr(0, 28),
            "http-heads RPCH-2.1.2.1.3-08");
}

TEST(HeadMonitor, SeesASuccessOnInAndASecondResponseOnOut) {
  EXPECT_EQ(said(refused("OK", "RPC_IN_DATA", 200)), "http-heads RPCH-2.1.2.1.3-01");
  auto journal = open();
  journal.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6ba");
  EXPECT_EQ(said(journal), "http-heads RPCH-2.1.2.1.8-01");
}

TEST(HeadMonitor, SeesAnInterimResponseToHttp10) {
  auto const asked_in = [](std::uint32_t http_version) {
    JournalBuilder journal;
    journal.opened(kClientIn).request(kClientIn, v1::SENT, "RPC_IN_DATA", "/rpc/rpcproxy.dll?s:1",
                                      "Expect: 100-continue\r\n", http_version);
    return said(journal.response(kClientIn, v1::RECEIVED, 100, "Continue"));
  };
  EXPECT_EQ(asked_in(11), "");
  EXPECT_EQ(asked_in(10), "http-heads HTTP-9110-15.2-02");
}

TEST(HeadMonitor, SaysNothingOfAnAnswerToGarbage) {
  JournalBuilder journal;
  journal.opened(kClientOut).raw(kClientOut, v1::SENT, "\x01\x02", "garbage");
  journal.response(kClientOut, v1::RECEIVED, 400, "Bad Request");
  EXPECT_EQ(said(journal), "");
}

TEST(EchoMonitor, JudgesHeadAndBody) {
  auto const echo = [](std::string const& fields, wire::RtsPdu const& body) {
    JournalBuilder journal;
    journal.opened(kClientIn).request(kClientIn, v1::SENT, "RPC_IN_DATA", "/rpc/rpcproxy.dll",
                                      "Content-Length: 4\r\n");
    journal.response(kClientIn, v1::RECEIVED, 200, "Success", fields);
    return said(journal.rts(kClientIn, v1::RECEIVED, body));
  };
  std::string const fields =
      "Content-Type: application/rpc\r\nContent-Length: 20\r\nConnection: Keep-Alive\r\n";
  EXPECT_EQ(echo(fields, wire::echo()), "");
  EXPECT_EQ(echo(fields, wire::ping()), "echo RPCH-2.1.2.1.6-07");
  EXPECT_EQ(echo("Content-Type: application/rpc\r\nContent-Length: 20\r\n", wire::echo()),
            "echo RPCH-2.1.2.1.6-02");
}

TEST(ValuesMonitor, SeesCookiesVersionsAndLifetimesThatChanged) {
  Differently with;
  with.a2 = a2(1073741824, 66);
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.3-03");
  with.a2 = a2(1073741824, kOut, 2);
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.3-02");
  with.a2 = a2(131072);
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.3-04");
}

TEST(ValuesMonitor, WantsC2FromC1OrFromTheProxyItself) {
  Differently with;
  with.c2 = wire::conn_c2(1, ReceiveWindowSize(99999), ConnectionTimeout(120000));
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.9-02");
}

TEST(ValuesMonitor, TakesTheAddressInEitherByteOrderAndOnlyWhereNothingIsBetween) {
  Differently with;
  auto* address = &std::get<wire::ClientAddressCommand>(with.b2.commands.back());
  address->address = {127, 0, 0, 1};
  EXPECT_EQ(said(open(with)), "");
  address->address = {10, 9, 8, 7};
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.6-06");
  EXPECT_EQ(said(open(with, "rpc-proxy")), "values RPCH-2.2.4.6-06");
  with.host = "proxy.example:80";
  EXPECT_EQ(said(open(with, "rpc-proxy")), "");  // through a forward proxy
  with.host = "127.0.0.1:80";
  with.client = "10.0.0.5:40000";
  EXPECT_EQ(said(open(with)), "values RPCH-2.2.4.6-06");
  EXPECT_EQ(said(open(with, "rpc-proxy")), "");  // a NAT may stand between
}

TEST(ValuesMonitor, WantsZerosBehindTheAddress) {
  Differently with;
  auto* address = &std::get<wire::ClientAddressCommand>(with.b2.commands.back());
  address->padding[11] = 1;
  EXPECT_EQ(said(open(with, "rpc-proxy")), "values RPCH-2.2.3.2.1-02");
  address->address_type = 1;
  EXPECT_EQ(said(open(with, "rpc-proxy")), "values RPCH-2.2.3.2.2-02");
}

TEST(ValuesMonitor, ReadsAnAddressOfIPv6) {
  auto const opened_from = [](std::string const& local, wire::ClientAddressCommand const& told) {
    Differently with;
    with.client = local;
    std::get<wire::ClientAddressCommand>(with.b2.commands.back()) = told;
    return said(open(with, "rpc-proxy"));
  };
  wire::ClientAddressCommand told;
  told.address_type = 1;
  told.address[15] = 1;
  EXPECT_EQ(opened_from("[::1]:40000", told), "");
  std::swap(told.address[0], told.address[15]);
  EXPECT_EQ(opened_from("[::1]:40000", told), "") << "little-endian, as the text says";
  told.address[1] = 7;
  EXPECT_EQ(opened_from("[::1]:40000", told), "values RPCH-2.2.3.2.2-01");
  EXPECT_EQ(opened_from("[2001:db8::1]:40000", told), "") << "a NAT may stand between";
  EXPECT_EQ(opened_from("127.0.0.1:40000", told), "") << "perhaps ::ffff:127.0.0.1";
}

TEST(ValuesMonitor, FollowsMinConnTimeout) {
  Differently with;
  with.pragma = "Pragma: No-cache\r\nPragma: MinConnTimeout=150\r\n";
  EXPECT_EQ(said(open(with)), "values RPCH-3.2.4.5.1-04");
  with.a3 = wire::conn_a3(ConnectionTimeout(150000));
  EXPECT_EQ(said(open(with)), "");
}

TEST(CrossTalkMonitor, SeesPayloadOfAnotherConnection) {
  auto journal = open();
  journal.marked(kClientIn, v1::SENT, {2, false, 0}).marked(kServerIn, v1::RECEIVED, {2, false, 0});
  EXPECT_EQ(said(journal), "cross-talk RPCH-3.2.3.5.2-03");
  auto good = open();
  good.marked(kClientIn, v1::SENT, {1, false, 0}).marked(kServerIn, v1::RECEIVED, {1, false, 0});
  EXPECT_EQ(said(good), "");
}

TEST(LegacyMonitor, SeesTheResponseAtTheClient) {
  auto journal = open();
  journal.raw(kClientIn, v1::RECEIVED, "ncacn_http/1.0", "garbage");
  EXPECT_EQ(said(journal), "legacy-response RPCH-3.2.3.5.12-01");
}

TEST(PingMonitor, MeasuresSilenceByTheTimeoutOfA3) {
  auto const pinged_after = [](double silence) {
    auto journal = open();  // A3 says 120 s
    journal.at(10).rpc(kServerOut, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, 1);
    journal.at(10 + silence).rts(kClientOut, v1::RECEIVED, wire::ping());
    return said(journal);
  };
  EXPECT_EQ(pinged_after(60), "");
  EXPECT_EQ(pinged_after(121), "");
  EXPECT_EQ(pinged_after(180), "pings RPCH-3.2.1.2.2-01");
}

TEST(PingMonitor, AsksForNoPings) {
  auto journal = open();
  journal.at(500).rpc(kServerOut, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, 1);
  EXPECT_EQ(said(journal), "");
}

TEST(PingMonitor, LetsPingsComeOftener) {
  auto journal = open();
  for (auto const at : {40, 80, 120, 160, 200}) {
    journal.at(at).rts(kClientOut, v1::RECEIVED, wire::ping());
  }
  EXPECT_EQ(said(journal), "");
}

TEST(TlsMonitor, SeesTruncationByTheProxyAlone) {
  auto journal = open();
  auto ours = journal;
  journal.ended(kClientOut, v1::RECEIVED, v1::TLS_TRUNCATED);
  EXPECT_EQ(said(journal), "tls-end HTTP-9112-9.8-01");
  ours.ended(kClientOut, v1::SENT, v1::FIN).ended(kClientOut, v1::RECEIVED, v1::TLS_TRUNCATED);
  EXPECT_EQ(said(ours), "");
}

TEST(CloseMonitor, SeesAServerLegLeftOpen) {
  auto journal = open();
  journal.at(2).ended(kClientOut, v1::SENT, v1::RST);
  auto soon = journal;
  journal.at(13).ended(kServerOut, v1::SENT, v1::FIN);
  EXPECT_EQ(said(journal), "close RPCH-3.2.4.5.14-02");
  EXPECT_EQ(said(soon.at(11).ended(kServerOut, v1::RECEIVED, v1::FIN).at(20).finished()), "");
}

TEST(CloseMonitor, SaysNothingWhereTheCaseStallsOnPurpose) {
  auto journal = open();
  journal.at(2).ended(kClientOut, v1::SENT, v1::RST).at(13).finished();
  scenario::v1::Scenario scenario;
  scenario.mutable_server()->set_no_read(true);
  EXPECT_EQ(said(journal, scenario), "");
}

TEST(FrontMonitor, LetsAFrontAnswerByItself) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  JournalBuilder journal("http-front");
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/one");
  journal.response(kClientOut, v1::RECEIVED, 403, "Forbidden");
  journal.request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/two");
  journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/two");
  EXPECT_EQ(said(journal), "");
}

TEST(FrontMonitor, SeesWhatAFrontChanged) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  auto const front = [&](std::string const& target, std::string const& reason, std::uint32_t pdu) {
    JournalBuilder journal("http-front");
    journal.opened(kClientOut)
        .request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc/rpcproxy.dll?a:1");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", target);
    journal.response(kUpstream, v1::SENT, 503, "RPC Error: 6ba");
    journal.response(kClientOut, v1::RECEIVED, 503, reason);
    journal.rpc(kUpstream, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, pdu);
    scenario::v1::Scenario scenario;
    for (auto const* off : {"forwarding", "http-heads"}) {
      scenario.add_monitors_off(off);
    }
    return said(journal, scenario);
  };
  EXPECT_EQ(front("/rpc/rpcproxy.dll?a:1", "RPC Error: 6ba", 1), "");
  EXPECT_EQ(front("/rpc/rpcproxy.dll", "RPC Error: 6ba", 1), "front HTTP-9110-7.7-01");
  EXPECT_EQ(front("/rpc/rpcproxy.dll?a:1", "Service Unavailable", 1), "front HTTP-9112-4-01");
  EXPECT_EQ(front("/rpc/rpcproxy.dll?a:1", "RPC Error: 6ba", 2), "front HTTP-9110-7.7-02");
}

TEST(FrontMonitor, ReadsTheDigitsOfALength) {
  constexpr End kUpstream{v1::UPSTREAM, v1::IN, 9, 1};
  auto const front = [&](std::string const& length) {
    JournalBuilder journal("http-front");
    journal.opened(kClientIn).request(kClientIn, v1::SENT, "RPC_IN_DATA", "/x?a:1",
                                      "Content-Length: 131072\r\n");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_IN_DATA", "/x?a:1", length);
    return said(journal);
  };
  EXPECT_EQ(front("Content-Length: 131072\r\n"), "");
  EXPECT_EQ(front("Content-Length: 000131072\r\n"), "front FIELD-F03");
  EXPECT_EQ(front("Content-Length: 131071\r\n"), "front HTTP-9110-8.6-01");
  EXPECT_EQ(front(""), "front HTTP-9110-8.6-01");
}

TEST(FrontMonitor, LetsAFrontAnswerAClientThatLeft) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  auto const answered = [&](bool left) {
    JournalBuilder journal("http-front");
    journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/x?a:1");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/x?a:1");
    journal.response(kUpstream, v1::SENT, 200, "Success");
    if (left) {
      journal.ended(kClientOut, v1::SENT, v1::FIN);
    }
    journal.response(kClientOut, v1::RECEIVED, 400, "Bad Request");
    scenario::v1::Scenario scenario;
    scenario.add_monitors_off("http-heads");
    return said(journal, scenario);
  };
  EXPECT_EQ(answered(true), "");
  EXPECT_EQ(answered(false), "front HTTP-9110-15-01");
}

TEST(FrontMonitor, KnowsMessagesThatAreUnderWayTogether) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  auto const front = [&](std::uint32_t first, std::uint32_t second) {
    JournalBuilder journal("http-front");
    journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/x?a:1");
    journal.request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/x?a:1");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/x?a:1");
    journal.request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/x?a:1");
    journal.response(kUpstream, v1::SENT, 200, "OK").rpc(kUpstream, v1::SENT, 1);
    journal.response(kUpstream, v1::SENT, 200, "OK").rpc(kUpstream, v1::SENT, 2);
    journal.response(kClientOut, v1::RECEIVED, 200, "OK").rpc(kClientOut, v1::RECEIVED, first);
    journal.response(kClientOut, v1::RECEIVED, 200, "OK").rpc(kClientOut, v1::RECEIVED, second);
    scenario::v1::Scenario scenario;
    for (auto const* off : {"forwarding", "http-heads"}) {
      scenario.add_monitors_off(off);
    }
    return said(journal, scenario);
  };
  EXPECT_EQ(front(1, 2), "");
  EXPECT_EQ(front(2, 1), "front HTTP-9110-7.7-02");
}

TEST(FrontMonitor, DoesNotMixAChannelUpWithItsSuccessor) {
  constexpr End kUpstream{v1::UPSTREAM, v1::IN, 9, 1};
  constexpr End kSecondUpstream{v1::UPSTREAM, v1::IN, 10, 1};
  auto const replaced = [&](bool ended) {
    JournalBuilder journal("http-front");
    journal.opened(kClientIn).request(kClientIn, v1::SENT, "RPC_IN_DATA", "/x?a:1");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_IN_DATA", "/x?a:1");
    journal.rpc(kClientIn, v1::SENT, 1).rpc(kClientIn, v1::SENT, 2);
    if (ended) {
      journal.ended(kClientIn, v1::SENT, v1::RST);
    }
    journal.opened(kSecondIn).request(kSecondIn, v1::SENT, "RPC_IN_DATA", "/x?a:1");
    journal.rpc(kSecondIn, v1::SENT, 3);
    if (!ended) {
      journal.rpc(kUpstream, v1::RECEIVED, 1).rpc(kUpstream, v1::RECEIVED, 2);
    }
    journal.opened(kSecondUpstream).request(kSecondUpstream, v1::RECEIVED, "RPC_IN_DATA", "/x?a:1");
    journal.rpc(kSecondUpstream, v1::RECEIVED, ended ? 4 : 3);
    return said(journal);
  };
  EXPECT_EQ(replaced(false), "");
  EXPECT_EQ(replaced(true), "front HTTP-9110-7.7-02") << "opened again, and changed";
}

TEST(FrontMonitor, LeavesTheWordsOfASuccessToTheFront) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  JournalBuilder journal("http-front");
  journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/x?a:1");
  journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/x?a:1");
  journal.response(kUpstream, v1::SENT, 200, "Success");
  journal.response(kClientOut, v1::RECEIVED, 200, "OK");
  scenario::v1::Scenario scenario;
  scenario.add_monitors_off("http-heads");
  EXPECT_EQ(said(journal, scenario), "");
}

TEST(FrontMonitor, PassesOverTheNextRequestOfASharedUpstreamConnection) {
  constexpr End kUpstream{v1::UPSTREAM, v1::OUT, 9, 1};
  auto const shared = [&](std::string const& next) {
    JournalBuilder journal("http-front");
    journal.opened(kClientOut).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/x?a:1");
    journal.opened(kUpstream).request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", "/x?A:1");
    journal.rpc(kClientOut, v1::SENT, 1).rpc(kUpstream, v1::RECEIVED, 1);
    journal.request(kUpstream, v1::RECEIVED, "RPC_OUT_DATA", next);
    journal.rpc(kUpstream, v1::RECEIVED, 2);
    scenario::v1::Scenario scenario;
    for (auto const* off : {"forwarding", "http-heads"}) {
      scenario.add_monitors_off(off);
    }
    return said(journal, scenario);
  };
  EXPECT_EQ(shared("/x?b:1"), "front HTTP-9110-7.7-01");  // of the first request: A is not a
  EXPECT_EQ(shared("/x?a:1"), "front HTTP-9110-7.7-01, front HTTP-9110-7.7-02");
}

}  // namespace
}  // namespace rpchspec::reports::test
