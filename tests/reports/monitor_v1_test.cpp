// What the monitors say of v1 sessions.

#include <gtest/gtest.h>

#include "journal_builder.hpp"
#include "reports/monitor.hpp"

namespace rpchspec::reports {
namespace {

using test::End;
using test::JournalBuilder;
namespace v1 = journal::v1;

constexpr End kClient{v1::CLIENT, v1::MIXED, 1, 1};
constexpr End kServer{v1::SERVER, v1::MIXED, 2, 1};

std::string v1_objections(JournalBuilder const& journal) {
  scenario::v1::Scenario const scenario;
  Surroundings around(scenario);
  MonitorSet monitors(scenario);
  for (auto const& event : journal.events()) {
    monitors.on_event(around.see(event));
  }
  monitors.finish(around);
  std::string text;
  for (auto const& each : monitors.objections()) {
    auto const name = each.kind.substr(8, each.kind.find(':', 8) - 8);
    text += (text.empty() ? "" : ", ") + name + " " + each.requirement;
  }
  return text;
}

/// RPC_CONNECT was sent, and the server is connected.
JournalBuilder asked() {
  JournalBuilder journal("rpc-proxy");
  journal.opened(kClient).request(kClient, v1::SENT, "RPC_CONNECT", "/?server:6001", "");
  return journal.opened(kServer);
}

JournalBuilder& greet(JournalBuilder& journal) {
  return journal.raw(kServer, v1::SENT, "ncacn_http/1.0", "legacy-response");
}

JournalBuilder open(std::string const& reason = "OK", std::string const& fields = {}) {
  auto journal = asked();
  return greet(journal).response(kClient, v1::RECEIVED, 200, reason, fields);
}

TEST(V1Monitors, SayNothingOfASessionByTheBook) {
  auto journal = open();
  journal.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::RECEIVED, 1);
  journal.rpc(kServer, v1::SENT, 2).rpc(kClient, v1::RECEIVED, 2);
  EXPECT_EQ(v1_objections(journal), "");
}

// The same bytes may go both ways: they are two streams.
TEST(V1Monitors, KeepTheTwoDirectionsApart) {
  auto journal = open();
  journal.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::SENT, 2);
  journal.rpc(kClient, v1::RECEIVED, 2).rpc(kServer, v1::RECEIVED, 1);
  EXPECT_EQ(v1_objections(journal), "");
  journal.marked(kClient, v1::RECEIVED, {1, false, 0});
  EXPECT_NE(v1_objections(journal).find("cross-talk RPCH-3.2.4.5.2-03"), std::string::npos)
      << v1_objections(journal);
}

TEST(V1Monitors, SeeWhatIsLostChangedOrDoubled) {
  auto lost = open();
  lost.rpc(kServer, v1::SENT, 1).rpc(kServer, v1::SENT, 2).rpc(kClient, v1::RECEIVED, 2);
  EXPECT_EQ(v1_objections(lost), "forwarding RPCH-1.3.4-01");
  auto changed = open();
  changed.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::RECEIVED, 9);
  EXPECT_EQ(v1_objections(changed), "forwarding RPCH-1.3.4-01");
  auto doubled = open();
  doubled.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::RECEIVED, 1).rpc(kServer, v1::RECEIVED, 1);
  EXPECT_EQ(v1_objections(doubled), "forwarding RPCH-1.3.4-01");
}

TEST(V1Monitor, ReadsTheStatusLine) {
  EXPECT_EQ(v1_objections(open("Success")), "v1 RPCH-2.1.1.1.2-01");
  auto old = asked();
  greet(old).response(kClient, v1::RECEIVED, 200, "OK", "", 10);
  EXPECT_EQ(v1_objections(old), "v1 RPCH-2.1.1.1.2-01");
  auto other = asked();
  greet(other).response(kClient, v1::RECEIVED, 299, "OK");
  EXPECT_EQ(v1_objections(other), "");
  EXPECT_EQ(v1_objections(open("OK", "Transfer-Encoding: chunked\r\n")), "v1 RPCH-2.1.1.1.4-01");
}

TEST(V1Monitor, WantsTheLegacyResponseBeforeSuccessAndBeforePdus) {
  auto early = asked();
  early.response(kClient, v1::RECEIVED, 200, "OK");
  EXPECT_EQ(v1_objections(early), "v1 RPCH-3.1.2.5.1-02");
  auto refused = asked();
  refused.response(kClient, v1::RECEIVED, 503, "RPC Error: 6ba");
  EXPECT_EQ(v1_objections(refused), "");
  auto pdu = asked();
  pdu.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::RECEIVED, 1);
  EXPECT_EQ(v1_objections(pdu), "v1 RPCH-3.1.2.5.1-01");
}

TEST(V1Monitor, WantsPdusAloneInTheBody) {
  auto relayed = open();
  relayed.raw(kClient, v1::RECEIVED, "ncacn_http/1.0", "body");
  EXPECT_EQ(v1_objections(relayed), "legacy-response RPCH-2.1.1.1.2-02, v1 RPCH-2.1.1.1.2-02");
  auto refused = asked();
  refused.response(kClient, v1::RECEIVED, 503, "RPC Error: 6ba");
  refused.raw(kClient, v1::RECEIVED, "RPC EEInfo:", "body");
  EXPECT_EQ(v1_objections(refused), "");
}

TEST(V1Monitor, WantsOneConnectionAndNoRtsPdus) {
  auto journal = open();
  auto const other = End{v1::SERVER, v1::MIXED, 3, 1};
  journal.rpc(kClient, v1::SENT, 1).rpc(kServer, v1::RECEIVED, 1);
  journal.rpc(kClient, v1::SENT, 2).opened(other).rpc(other, v1::RECEIVED, 2);
  EXPECT_EQ(v1_objections(journal), "v1 RPCH-2.1.1.2-02");
  auto routed = open();
  routed.rts(kServer, v1::RECEIVED, wire::ping());
  EXPECT_NE(v1_objections(routed).find("v1 RPCH-3-04"), std::string::npos) << v1_objections(routed);
}

TEST(V1Monitors, WantTheServersConnectionToEndWithTheClients) {
  auto const ends_after = [](double seconds) {
    auto journal = open();
    journal.at(1).ended(kClient, v1::NO_DIRECTION, v1::RST);
    journal.at(1 + seconds).ended(kServer, v1::RECEIVED, v1::FIN);
    return v1_objections(journal);
  };
  EXPECT_EQ(ends_after(1), "");
  EXPECT_EQ(ends_after(30), "close RPCH-3.1.2.5.3-02");
}

}  // namespace
}  // namespace rpchspec::reports
