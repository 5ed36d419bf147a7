// Steps that set faults, played against the embedded proxy: what goes wrong, and what is told of
// it.

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/reader.hpp"
#include "reports/ladder.hpp"
#include "tests/engine/case_fixture.hpp"

namespace rpchspec::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class FaultSteps : public test::CaseFixture {
 protected:
  FaultSteps() : CaseFixture("fault-steps") {}

  /// Of a case that passes: its faults, as the journal tells them.
  std::vector<std::string> faults_of(std::string const& steps_and_more) {
    auto const outcome =
        play("id: forwarding/faults\ntitle: A title\nsince: \"1.0\"\n" + steps_and_more);
    EXPECT_EQ(outcome.judgement.result.verdict, model::Verdict::pass)
        << outcome.judgement.result.message;
    journal_ = outcome.journal;
    std::vector<std::string> told;
    EXPECT_TRUE(journal::read(outcome.journal, [&](journal::v1::Event const& event) {
      if (event.has_fault()) {
        auto const who = event.source() == journal::v1::CLIENT ? "client" : "server";
        told.push_back(std::string(who) + " " + event.fault().name() + ": " +
                       event.fault().detail());
      }
    }));
    return told;
  }

  std::filesystem::path journal_;
};

TEST_F(FaultSteps, AreToldInTheJournalAndInTheLadder) {
  auto const told = faults_of(R"(
given: [bound]
steps:
  - server.fault: {name: twice, leg: server.out, repeat: response, times: 1}
  - label: asking
    client.call: is_server_listening
expect:
  - {client.out: {receives: {pdu: response, at_least: 2}}, since: asking, by: RPCH-1.3.4-01}
)");
  EXPECT_THAT(told, ElementsAre("server repeat: fault 'twice' of response"));
  auto const ladder = reports::ladder(journal_);
  ASSERT_TRUE(ladder);
  EXPECT_THAT(*ladder, HasSubstr("fault repeat fault 'twice' of response"));
}

TEST_F(FaultSteps, HoldWhatAnOpeningSendsUntilTheyAreReleased) {
  auto const told = faults_of(R"(
steps:
  - client.fault: {name: late, leg: client.in, hold: CONN/B1}
  - parallel:
      - client.open
      - - await: {server.out: {receives: CONN/A2}, within: 5s}
        - await: {server.in: {not-connected: 100ms}, by: RPCH-1.3.4-01}
        - client.release: {fault: late}
expect:
  - {client.out: {receives: CONN/C2}, by: RPCH-1.3.4-01}
)");
  EXPECT_THAT(told, ElementsAre("client hold: fault 'late' of CONN/B1"));
}

TEST_F(FaultSteps, EndAConnectionBehindTheNthPdu) {
  auto const told = faults_of(R"(
given: [opened]
server: {conduct: patient}
client: {conduct: patient}
steps:
  - server.fault: {after: {pdu: rpc, count: 2}, end: rst}
  - server.send: {channel: out, bytes: 40000, pdu_size: 4000, no_wait: true}
expect:
  - {client.out: closed, within: 5s, by: RPCH-3.2.4.5.14-04}
)");
  EXPECT_THAT(told, ElementsAre(HasSubstr("server end: fault 'fault-1'")));
  std::size_t sent = 0;
  ASSERT_TRUE(journal::read(journal_, [&](journal::v1::Event const& event) {
    auto const is_sent =
        event.source() == journal::v1::SERVER && event.direction() == journal::v1::SENT;
    sent += is_sent && event.has_pdu() && event.pdu().ptype() != 20 ? 1 : 0;
  }));
  EXPECT_EQ(sent, 2U);
}

TEST_F(FaultSteps, AreOfTheirVirtualConnectionAlone) {
  auto const told = faults_of(R"(
steps:
  - client.open
  - vc: 2
    client.open: {}
  - vc: 2
    client.fault: {channel: in, drop: rpc}
  - label: sending
    client.send: {channel: in, bytes: 4000}
  - vc: 2
    client.send: {channel: in, bytes: 4000}
expect:
  - {server.in: {data: {exactly: 4000, for: 100ms}}, since: sending, by: RPCH-1.3.4-01}
  - {server.in: {receives-not: {pdu: rpc, for: 100ms}}, vc: 2, since: sending, by: RPCH-1.3.4-01}
)");
  EXPECT_THAT(told, ElementsAre("client drop: fault 'fault-1' of rpc"));
}

TEST_F(FaultSteps, OfBytesGoTheWayThatTheirChannelCarries) {
  auto const told = faults_of(R"(
given: [opened]
steps:
  - client.fault: {channel: out, delay: 20ms}
  - server.fault: {channel: both, split: 7}
  - label: sending
    parallel:
      - client.send: {channel: in, bytes: 4000}
      - server.send: {channel: out, bytes: 4000}
expect:
  - {server.in: {data: {exactly: 4000}}, since: sending, within: 5s, by: RPCH-1.3.4-01}
  - {client.out: {data: {exactly: 4000}}, since: sending, within: 5s, by: RPCH-1.3.4-01}
)");
  EXPECT_THAT(told, Contains(HasSubstr("client delay: 20 ms")));
  EXPECT_EQ(std::ranges::count_if(
                told, [](auto const& each) { return each.starts_with("server split: "); }),
            2);
}

TEST_F(FaultSteps, AskForASuccessorEarlier) {
  EXPECT_TRUE(faults_of(R"(
proxy: {channel_lifetime: 512KiB}
steps:
  - server.fault: {recycle_out_at: 500KiB}
  - client.open
  - server.send: {channel: out, bytes: 32KiB}
expect:
  - {client.out: {receives: OUT_R1/A2}, within: 5s, by: RPCH-1.3.4-01}
)")
                  .empty());
}

}  // namespace
}  // namespace rpchspec::engine
