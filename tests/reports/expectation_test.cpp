#include "reports/expectation.hpp"

#include <gtest/gtest.h>

#include "journal_builder.hpp"
#include "reports/case_watch.hpp"

namespace rpchspec::reports {
namespace {

using model::Outcome;
using scenario::v1::Expectation;
using scenario::v1::Scenario;
using test::JournalBuilder;
using test::kClientIn;
using test::kClientOut;
using test::kServerIn;
using test::kServerOut;
namespace v1 = journal::v1;

Expectation expectation(std::string subject, std::int64_t within_s = 5) {
  Expectation made;
  made.set_subject(std::move(subject));
  made.mutable_within()->set_seconds(within_s);
  made.add_by("RPCH-1.3.4-01");
  return made;
}

Expectation closed(std::string subject, std::int64_t within_s = 5) {
  auto made = expectation(std::move(subject), within_s);
  made.mutable_closed();
  return made;
}

ExpectationWatch watch(Expectation const& made,
                       std::vector<v1::Event> const& events,
                       double until = 0) {
  ExpectationContext context;
  context.anchor = 0;
  context.scope = 0;
  ExpectationWatch result(made, context);
  for (auto const& event : events) {
    result.on_event(event);
  }
  result.on_time(static_cast<std::uint64_t>(until * 1e9));
  return result;
}

ExpectationWatch watch(Expectation const& made, JournalBuilder const& journal, double until = 0) {
  return watch(made, journal.events(), until);
}

JournalBuilder opened_and_stepped(double scale = 1) {
  JournalBuilder journal("embedded", scale);
  journal.at(0.1).opened(kClientOut).at(1).done(0, "server.close");
  return journal;
}

// A server's connection is nobody's until its first PDU: only then can a watch leave it to others.
TEST(Expectation, OfOneVirtualConnectionLooksAtNoOther) {
  JournalBuilder journal;
  test::End other{v1::SERVER, v1::LEG_UNKNOWN, 5, 0};
  test::End own{v1::SERVER, v1::LEG_UNKNOWN, 6, 0};
  journal.at(0.1).opened(other).opened(own);
  other.leg = own.leg = v1::OUT;
  other.vc = 2;
  own.vc = 3;
  journal.at(0.2).done(0, "client.open").at(1).ended(other, v1::RECEIVED, v1::FIN);
  auto wanted = closed("server.out");
  wanted.set_vc(3);
  EXPECT_EQ(watch(wanted, journal, 60).decided(), Outcome::never);
  journal.at(2).ended(own, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(wanted, journal).decided(), Outcome::held);
  wanted.set_vc(2);
  EXPECT_EQ(watch(wanted, journal).decided(), Outcome::held);
}

TEST(ClosedExpectation, HoldsWhenTheProxyEndsTheConnectionInTime) {
  auto const journal = opened_and_stepped().at(3).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(closed("client.out"), journal).decided(), Outcome::held);
}

TEST(ClosedExpectation, IsLateAfterWithinAndBeforeThreeTimesWithin) {
  auto journal = opened_and_stepped().at(6.1).ended(kClientOut, v1::RECEIVED, v1::FIN);
  auto const result = watch(closed("client.out"), journal);
  EXPECT_EQ(result.decided(), Outcome::late);
  EXPECT_NE(result.observation().seen.find("5.1 s after step 1 server.close"), std::string::npos)
      << result.observation().seen;
}

TEST(ClosedExpectation, IsNeverAfterTheLargerOfThreeTimesWithinAndTenSeconds) {
  auto const journal = opened_and_stepped();
  EXPECT_FALSE(watch(closed("client.out", 1), journal, 10.9).decided());
  EXPECT_EQ(watch(closed("client.out", 1), journal, 11.0).decided(), Outcome::never);
  EXPECT_FALSE(watch(closed("client.out", 5), journal, 15.9).decided());
  EXPECT_EQ(watch(closed("client.out", 5), journal, 16.0).decided(), Outcome::never);
}

TEST(ClosedExpectation, ScalesItsTimes) {
  auto const journal = opened_and_stepped(2).at(10.9).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(closed("client.out"), journal).decided(), Outcome::held);
}

TEST(ClosedExpectation, IsNotSatisfiedByOurOwnEnd) {
  auto const journal = opened_and_stepped().at(2).ended(kClientOut, v1::SENT, v1::FIN);
  EXPECT_FALSE(watch(closed("client.out"), journal, 3).decided());
}

TEST(ClosedExpectation, TakesAnRstThatOurWritingRanInto) {
  auto const journal =
      opened_and_stepped().at(2).ended(kClientOut, v1::SENT, v1::RST, "Connection reset by peer");
  EXPECT_EQ(watch(closed("client.out"), journal).decided(), Outcome::held);
}

TEST(ClosedExpectation, CountsAnEndBeforeItsStep) {
  JournalBuilder journal;
  journal.opened(kClientOut).ended(kClientOut, v1::RECEIVED, v1::RST).at(1).done(0);
  EXPECT_EQ(watch(closed("client.out"), journal).decided(), Outcome::held);
}

TEST(ClosedExpectation, RefusesAnotherKindOfEnd) {
  auto made = closed("client.out");
  made.mutable_closed()->add_how("rst");
  auto const journal = opened_and_stepped().at(2).ended(kClientOut, v1::RECEIVED, v1::FIN);
  auto const result = watch(made, journal);
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_EQ(result.observation().kind, "closed otherwise");
}

TEST(ClosedExpectation, TellsACutBodyFromACleanEnd) {
  auto made = closed("client.out");
  made.mutable_closed()->set_not_clean(true);
  auto const cut =
      opened_and_stepped()
          .response(kClientOut, v1::RECEIVED, 200, "Success", "Content-Length: 2000\r\n")
          .rpc(kClientOut, v1::RECEIVED, 1, 1000)
          .ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(made, cut).decided(), Outcome::held);
  auto const whole =
      opened_and_stepped()
          .response(kClientOut, v1::RECEIVED, 200, "Success", "Content-Length: 1000\r\n")
          .rpc(kClientOut, v1::RECEIVED, 1, 1000)
          .ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(made, whole).decided(), Outcome::never);
}

TEST(StaysOpenExpectation, HoldsThroughItsTimeAndFailsAtAnEnd) {
  auto made = expectation("client.out");
  made.mutable_stays_open()->mutable_for_()->set_seconds(4);
  EXPECT_FALSE(watch(made, opened_and_stepped(), 4.9).decided());
  EXPECT_EQ(watch(made, opened_and_stepped(), 5.0).decided(), Outcome::held);
  auto const ended = opened_and_stepped().at(4).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(made, ended).decided(), Outcome::never);
}

TEST(ResponseExpectation, MatchesStatusPatternsRangesAndErrorCodes) {
  auto made = expectation("client.out");
  made.mutable_response()->add_status("4xx");
  made.mutable_response()->add_status("503");
  made.mutable_response()->set_rpc_error("6b*");
  auto* header = made.mutable_response()->add_headers();
  header->set_name("content-length");
  header->set_value("0..1024");
  auto journal = opened_and_stepped();
  auto other = journal;
  journal.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6BA", "Content-Length: 0\r\n");
  EXPECT_EQ(watch(made, journal).decided(), Outcome::held);
  other.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 5", "Content-Length: 0\r\n");
  auto const result = watch(made, other, 30);
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_EQ(result.observation().kind, "wrong response");
}

TEST(ResponseExpectation, PassesOverInterimResponses) {
  auto made = expectation("client.out");
  made.mutable_response()->add_status("200");
  auto const journal = opened_and_stepped()
                           .response(kClientOut, v1::RECEIVED, 100, "Continue")
                           .response(kClientOut, v1::RECEIVED, 200, "Success");
  EXPECT_EQ(watch(made, journal).decided(), Outcome::held);
  auto none = expectation("client.out");
  none.mutable_no_response()->mutable_for_()->set_seconds(2);
  auto const interim = opened_and_stepped().response(kClientOut, v1::RECEIVED, 100, "Continue");
  EXPECT_EQ(watch(none, interim, 10).decided(), Outcome::held);
  EXPECT_EQ(watch(none, journal, 10).decided(), Outcome::never);
}

TEST(ResponseExpectation, PassesOverTheLegsOfALogOn) {
  auto none = expectation("client.out");
  none.mutable_no_response()->mutable_for_()->set_seconds(2);
  auto made = expectation("client.out");
  made.mutable_response()->add_status("401");
  auto const journal = opened_and_stepped().response(kClientOut, v1::RECEIVED, 401, "Unauthorized");
  auto on_the_way = journal.events();
  on_the_way.back().mutable_head()->set_log_on(true);
  EXPECT_EQ(watch(none, on_the_way, 10).decided(), Outcome::held);
  EXPECT_FALSE(watch(made, on_the_way, 2).decided());
  EXPECT_EQ(watch(none, journal, 10).decided(), Outcome::never);
  EXPECT_EQ(watch(made, journal, 2).decided(), Outcome::held);
}

/// Of a client that asks for nothing more.
ExpectationWatch last_wish(Expectation const& made, JournalBuilder const& journal, double until) {
  ExpectationContext context;
  context.anchor = 0;
  ExpectationWatch result(made, context);
  result.await_no_more();
  for (auto const& event : journal.events()) {
    result.on_event(event);
  }
  result.on_time(static_cast<std::uint64_t>(until * 1e9));
  return result;
}

/// CONN/C2 on OUT.
ExpectationWatch last_wish(JournalBuilder const& journal, double until) {
  auto made = expectation("client.out");
  made.mutable_receives()->set_pdu("CONN/C2");
  return last_wish(made, journal, until);
}

TEST(ReceivesExpectation, IsNotWaitedForOnAConnectionThatHasEnded) {
  auto const ended = opened_and_stepped().at(2).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_FALSE(last_wish(ended, 2.9).decided());  // a successor may be connecting
  auto const result = last_wish(ended, 3);
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_EQ(result.observation().seen,
            "not received on client.out, where nothing can come any more; the last was FIN at "
            "2.000 s");
  auto const successor = opened_and_stepped()
                             .at(2)
                             .ended(kClientOut, v1::RECEIVED, v1::FIN)
                             .at(2.5)
                             .opened({v1::CLIENT, v1::OUT, 5, 1});
  EXPECT_FALSE(last_wish(successor, 15.9).decided());
  EXPECT_EQ(last_wish(successor, 16).decided(), Outcome::never);
}

TEST(ReceivesExpectation, IsNotWaitedForBehindAWholeAnswer) {
  auto const asked = opened_and_stepped().request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc");
  auto answered = asked;
  answered.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6ba", "Content-Length: 0\r\n");
  EXPECT_EQ(last_wish(answered, 2).decided(), Outcome::never);
  auto in_part = asked;
  in_part.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6ba", "Content-Length: 9\r\n");
  EXPECT_FALSE(last_wish(in_part, 15.9).decided());
  auto asked_again = answered;
  asked_again.request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc");
  EXPECT_FALSE(last_wish(asked_again, 15.9).decided());
}

TEST(RequestExpectation, IsNotWaitedForWhereAllThatWasAskedForWasRefused) {
  auto made = expectation("upstream.out");
  made.mutable_request_head()->set_method("RPC_OUT_DATA");
  auto connected = expectation("server");
  connected.mutable_connected();
  JournalBuilder asked;
  asked.opened(kClientOut).at(1).done(0).request(kClientOut, v1::SENT, "RPC_OUT_DATA", "/rpc");
  auto refused = asked;
  refused.response(kClientOut, v1::RECEIVED, 501, "Not Implemented", "Content-Length: 0\r\n");
  EXPECT_FALSE(last_wish(made, refused, 1.9).decided());
  auto const result = last_wish(made, refused, 2);
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_EQ(result.observation().seen,
            "no request on upstream.out, where nothing can come any more; nothing came there at "
            "all");
  EXPECT_EQ(last_wish(connected, refused, 2).decided(), Outcome::never);

  auto ended = asked;
  ended.response(kClientOut, v1::RECEIVED, 501, "Not Implemented");
  EXPECT_FALSE(last_wish(made, ended, 10.9).decided()) << "its body has no end";
  ended.ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(last_wish(made, ended, 2).decided(), Outcome::never);

  auto carried = asked;
  carried.response(kClientOut, v1::RECEIVED, 200, "Success", "Content-Length: 0\r\n");
  EXPECT_FALSE(last_wish(made, carried, 10.9).decided());
  auto reached = refused;
  reached.opened({v1::UPSTREAM, v1::LEG_UNKNOWN, 5, 0});
  EXPECT_FALSE(last_wish(made, reached, 10.9).decided());
  auto beside = refused;
  beside.opened({v1::CLIENT, v1::OUT, 6, 1});
  EXPECT_FALSE(last_wish(made, beside, 10.9).decided()) << "that one may be asked for it";
}

TEST(ReceivesExpectation, IsWaitedForAsLongAsTheClientMayAskForMore) {
  auto made = expectation("client.out");
  made.mutable_receives()->set_pdu("CONN/C2");
  auto const ended = opened_and_stepped().at(2).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_FALSE(watch(made, ended, 15.9).decided());
}

TEST(ResponseExpectation, ReadsTheBodyOfAnEcho) {
  auto made = expectation("client.in");
  made.mutable_response()->set_body_hex("0500140310000000140000000000000040000000");
  auto journal =
      opened_and_stepped().opened(kClientIn).response(kClientIn, v1::RECEIVED, 200, "Success");
  EXPECT_FALSE(watch(made, journal, 2).decided());
  journal.rts(kClientIn, v1::RECEIVED, wire::echo());
  EXPECT_EQ(watch(made, journal).decided(), Outcome::held);
}

TEST(ReceivesExpectation, ReadsTheFourBytesOfPackedDrepAsTheyStand) {
  auto made = expectation("server.out");
  made.mutable_receives()->set_pdu("CONN/A2");
  (*made.mutable_receives()->mutable_where())["header.packed_drep"] = "0x10000000";
  auto a2 = wire::make(wire::RtsPduKind::ConnA2);
  auto journal = opened_and_stepped().opened(kServerOut);
  auto good = journal;
  EXPECT_EQ(watch(made, good.rts(kServerOut, v1::RECEIVED, a2)).decided(), Outcome::held);
  a2.header.packed_drep[3] = 1;
  auto const result = watch(made, journal.rts(kServerOut, v1::RECEIVED, a2));
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_NE(result.observation().seen.find("packed_drep 0x10000001"), std::string::npos);
}

TEST(ReceivesExpectation, ReadsThePaddingBehindTheClientAddress) {
  auto made = expectation("server.in");
  made.mutable_receives()->set_pdu("CONN/B2");
  (*made.mutable_receives()->mutable_where())["ClientAddress.padding"] = std::string(24, '0');
  auto b2 = wire::make(wire::RtsPduKind::ConnB2);
  auto journal = opened_and_stepped().opened(kServerIn);
  auto good = journal;
  EXPECT_EQ(watch(made, good.rts(kServerIn, v1::RECEIVED, b2)).decided(), Outcome::held);
  for (auto& command : b2.commands) {
    if (auto* address = std::get_if<wire::ClientAddressCommand>(&command)) {
      address->padding[11] = 7;
    }
  }
  EXPECT_EQ(watch(made, journal.rts(kServerIn, v1::RECEIVED, b2)).decided(), Outcome::never);
}

TEST(ReceivesNotExpectation, OfAnyIsBrokenByAnyPdu) {
  auto made = expectation("client.out");
  made.mutable_receives_not()->set_pdu("any");
  made.mutable_receives_not()->mutable_for_()->set_seconds(1);
  auto journal = opened_and_stepped();
  EXPECT_EQ(watch(made, journal, 3).decided(), Outcome::held);
  journal.at(1.5).rts(kClientOut, v1::RECEIVED, wire::make(wire::RtsPduKind::Ping));
  EXPECT_NE(watch(made, journal, 3).decided(), Outcome::held);
}

TEST(ReceivesExpectation, ComparesFieldsByMeaningRangeAndParameter) {
  auto made = expectation("server.out");
  made.mutable_receives()->set_pdu("CONN/A2");
  (*made.mutable_receives()->mutable_where())["ReceiveWindowSize"] = "8192..262144";
  (*made.mutable_receives()->mutable_where())["Version"] = "$version";
  auto const a2 = wire::make(wire::RtsPduKind::ConnA2);
  auto journal = opened_and_stepped().parameter("version", "1").opened(kServerOut);
  auto good = journal;
  EXPECT_EQ(watch(made, good.rts(kServerOut, v1::RECEIVED, a2)).decided(), Outcome::held);
  auto broken = a2;
  ASSERT_TRUE(
      wire::set_by_meaning(broken, wire::RtsPduKind::ConnA2, "ReceiveWindowSize", "300000"));
  auto const result = watch(made, journal.rts(kServerOut, v1::RECEIVED, broken));
  EXPECT_EQ(result.decided(), Outcome::never);
  EXPECT_EQ(result.observation().kind, "wrong value");
  EXPECT_NE(result.observation().seen.find("ReceiveWindowSize 300000"), std::string::npos);
}

TEST(ReceivesExpectation, CountsAndMeasuresGaps) {
  auto made = expectation("client.out", 200);
  made.mutable_receives()->set_pdu("Ping");
  made.mutable_receives()->set_at_least(2);
  made.mutable_receives()->mutable_spaced()->set_seconds(30);
  auto const far = opened_and_stepped()
                       .at(40)
                       .rts(kClientOut, v1::RECEIVED, wire::ping())
                       .at(80)
                       .rts(kClientOut, v1::RECEIVED, wire::ping());
  EXPECT_EQ(watch(made, far).decided(), Outcome::held);
  auto const near = opened_and_stepped()
                        .at(40)
                        .rts(kClientOut, v1::RECEIVED, wire::ping())
                        .at(45)
                        .rts(kClientOut, v1::RECEIVED, wire::ping());
  EXPECT_EQ(watch(made, near).decided(), Outcome::never);
}

TEST(ReceivesExpectation, SaysWhatCameLastWhenNothingMatched) {
  auto made = expectation("client.out");
  made.mutable_receives()->set_pdu("rpc");
  auto const journal = opened_and_stepped().at(1.5).rts(kClientOut, v1::RECEIVED,
                                                        wire::make(wire::RtsPduKind::ConnC2));
  auto const seen = watch(made, journal, 60).observation().seen;
  EXPECT_EQ(seen, "not received on client.out within 15 s; the last was CONN/C2 at 1.500 s");
}

TEST(ReceivesExpectation, SaysThatSomethingOfNoKnownFormCame) {
  auto made = expectation("client.out");
  made.mutable_receives()->set_pdu("CONN/C2");
  auto pdu = wire::make(wire::RtsPduKind::ConnC2);
  pdu.flags = 0x0010;
  auto const journal = opened_and_stepped().at(1.5).rts(kClientOut, v1::RECEIVED, pdu);
  auto const observation = watch(made, journal, 60).observation();
  EXPECT_EQ(observation.kind, "not received");
  EXPECT_EQ(observation.seen.substr(0, observation.seen.find(';')),
            "not received on client.out, but RTS of no known form with flags 0x0010, "
            "number_of_commands 3 at 1.500 s");
}

TEST(ReceivesNotExpectation, FailsAtOnce) {
  auto made = expectation("client.out");
  made.mutable_receives_not()->set_pdu("rpc");
  made.mutable_receives_not()->mutable_for_()->set_seconds(3);
  EXPECT_EQ(watch(made, opened_and_stepped(), 4).decided(), Outcome::held);
  auto const journal = opened_and_stepped().at(2).rpc(kClientOut, v1::RECEIVED, 1);
  EXPECT_EQ(watch(made, journal).decided(), Outcome::never);
}

TEST(DataExpectation, WantsAllOfItUnchanged) {
  auto made = expectation("client.out");
  made.mutable_data()->set_at_least(3000);
  auto journal =
      opened_and_stepped().rpc(kClientOut, v1::RECEIVED, 1).rpc(kClientOut, v1::RECEIVED, 2);
  EXPECT_FALSE(watch(made, journal, 2).decided());
  auto whole = journal;
  EXPECT_EQ(watch(made, whole.rpc(kClientOut, v1::RECEIVED, 3)).decided(), Outcome::held);
  EXPECT_EQ(watch(made, journal.mismatch(kClientOut)).decided(), Outcome::never);
}

TEST(DataExpectation, ExactlySettlesBeforeItHolds) {
  auto made = expectation("client.out");
  made.mutable_data()->set_exactly(1000);
  auto journal = opened_and_stepped().at(2).rpc(kClientOut, v1::RECEIVED, 1);
  EXPECT_FALSE(watch(made, journal, 2.9).decided());
  EXPECT_EQ(watch(made, journal, 3.0).decided(), Outcome::held);
  EXPECT_EQ(watch(made, journal.at(2.5).rpc(kClientOut, v1::RECEIVED, 2)).decided(),
            Outcome::never);
}

TEST(ConnectedExpectation, KnowsServices) {
  auto made = expectation("server");
  made.mutable_connected()->set_service("referral");
  auto journal = opened_and_stepped().opened(kServerOut, "store");
  EXPECT_FALSE(watch(made, journal, 2).decided());
  EXPECT_EQ(watch(made, journal.opened(kServerOut, "referral")).decided(), Outcome::held);
}

TEST(AnyOf, HoldsWithOneAndFailsWithNone) {
  auto made = expectation("client.out");
  made.add_any_of()->mutable_closed();
  made.add_any_of()->mutable_response()->add_status("503");
  auto journal = opened_and_stepped();
  EXPECT_EQ(watch(made, journal, 100).decided(), Outcome::never);
  EXPECT_EQ(watch(made, journal.response(kClientOut, v1::RECEIVED, 503, "x")).decided(),
            Outcome::held);
}

TEST(VirtualConnections, AreNotMixed) {
  auto made = closed("client.out");
  made.set_vc(2);
  auto const journal = opened_and_stepped().ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_FALSE(watch(made, journal, 2).decided());
}

TEST(ExpectationWatch, DecidesTheSameOnlineAndFromTheJournal) {
  auto const journal =
      opened_and_stepped().at(7).ended(kClientOut, v1::RECEIVED, v1::FIN).at(20).finished();
  ExpectationContext context;
  context.anchor = 0;
  ExpectationWatch online(closed("client.out"), context);
  std::uint64_t tick = 0;
  for (auto const& event : journal.events()) {
    for (; tick < event.at_ns(); tick += 100'000'000) {
      online.on_time(tick);
    }
    online.on_event(event);
  }
  auto const offline = watch(closed("client.out"), journal);
  EXPECT_EQ(online.decided(), offline.decided());
  EXPECT_EQ(online.observation().seen, offline.observation().seen);
  EXPECT_EQ(online.observation().where, offline.observation().where);
}

TEST(ExpectationWatch, NamesItsNextDeadline) {
  auto const result = watch(closed("client.out"), opened_and_stepped(), 2);
  EXPECT_EQ(result.next_deadline_ns(), 16'000'000'000U);
}

Scenario with_awaits(std::initializer_list<std::string> pdus) {
  Scenario scenario;
  for (auto const& pdu : pdus) {
    auto& await = *scenario.add_steps()->mutable_await();
    await.set_subject("client.out");
    await.mutable_receives()->set_pdu(pdu);
  }
  return scenario;
}

TEST(Awaits, ReadTheirSubjectOneAfterTheOther) {
  auto const scenario = with_awaits({"CONN/A3", "rpc", "rpc"});
  CaseWatch cases(scenario);
  JournalBuilder journal;  // all came in one segment, before the timeline was there
  journal.opened(kClientOut)
      .rts(kClientOut, v1::RECEIVED, wire::make(wire::RtsPduKind::ConnA3))
      .rpc(kClientOut, v1::RECEIVED, 1)
      .at(1)
      .done(0)
      .done(1)
      .step(2, "await", v1::Step::BEGAN);
  for (auto const& event : journal.events()) {
    cases.on_event(event);
  }
  EXPECT_EQ(cases.of_step(0)->decided(), Outcome::held);
  EXPECT_EQ(cases.of_step(1)->decided(), Outcome::held);
  EXPECT_FALSE(cases.of_step(2)->decided()) << "one PDU must not satisfy two awaits";
}

TEST(FinalExpectations, LookAtAllOwnStepsButNotAtTheSetUp) {
  Scenario scenario;
  scenario.add_given("opened");
  scenario.add_steps()->mutable_server_send();
  scenario.add_steps()->mutable_pause();
  auto& expect = *scenario.add_expect();
  expect = expectation("client.out");
  expect.mutable_receives()->set_pdu("rpc");
  auto const run = [&](bool in_setup) {
    CaseWatch cases(scenario);
    JournalBuilder journal;
    journal.opened(kClientOut).step(0, "given:opened", v1::Step::BEGAN);
    if (in_setup) {
      journal.rpc(kClientOut, v1::RECEIVED, 1);
    }
    journal.step(0, "given:opened", v1::Step::DONE).step(1, "server.send", v1::Step::BEGAN);
    if (!in_setup) {
      journal.rpc(kClientOut, v1::RECEIVED, 1);
    }
    journal.step(1, "server.send", v1::Step::DONE).done(2).at(1).finished();
    for (auto const& event : journal.events()) {
      cases.on_event(event);
    }
    return cases.final_expectations().front().decided();
  };
  EXPECT_EQ(run(false), Outcome::held);
  EXPECT_EQ(run(true), std::nullopt);
}

TEST(FinalExpectations, AreJudgedFromAFailedStepOn) {
  Scenario scenario;
  scenario.add_steps()->mutable_client_send();
  scenario.add_steps()->mutable_client_send();
  *scenario.add_expect() = closed("client.out");
  CaseWatch cases(scenario);
  JournalBuilder journal;
  journal.opened(kClientOut)
      .step(0, "client.send", v1::Step::BEGAN)
      .ended(kClientOut, v1::RECEIVED, v1::RST)
      .at(1)
      .step(0, "client.send", v1::Step::FAILED, "reset");
  for (auto const& event : journal.events()) {
    cases.on_event(event);
  }
  EXPECT_TRUE(cases.all_decided());
}

TEST(FinalExpectations, SayNothingOfAStepThatNeverBegan) {
  Scenario scenario;
  scenario.add_steps()->mutable_client_send();
  scenario.add_steps()->mutable_client_send();
  scenario.mutable_steps(1)->set_label("second");
  for (auto* since : {"client.send", "second"}) {
    auto& expect = *scenario.add_expect() = expectation("client.out");
    expect.mutable_receives()->set_pdu("rpc");
    expect.set_since(since);
  }
  CaseWatch cases(scenario);
  JournalBuilder journal;
  journal.opened(kClientOut)
      .step(0, "client.send", v1::Step::BEGAN)
      .at(1)
      .step(0, "client.send", v1::Step::FAILED, "reset");
  for (auto const& event : journal.events()) {
    cases.on_event(event);
  }
  auto const& begun = cases.final_expectations()[0];
  auto const& unreached = cases.final_expectations()[1];
  EXPECT_EQ(begun.decided(), std::nullopt) << "its step began, and what it waits for may come";
  EXPECT_EQ(unreached.decided(), Outcome::blocked);
  EXPECT_EQ(unreached.decided_ns(), 1'000'000'000U);
  EXPECT_EQ(unreached.observation().seen, "step second was not reached");
}

TEST(FinalExpectations, WaitForABranchThatGoesOnBesideAFailedOne) {
  Scenario scenario;
  auto& parallel = *scenario.add_steps()->mutable_parallel();
  parallel.add_branches()->add_steps()->mutable_client_send();
  auto& other = *parallel.add_branches();
  other.add_steps()->mutable_pause();
  other.add_steps()->mutable_client_close();
  *scenario.add_expect() = closed("client.out");
  scenario.mutable_expect(0)->set_since("client.close");
  CaseWatch cases(scenario);
  JournalBuilder journal;
  journal.opened(kClientOut)
      .step(0, "parallel", v1::Step::BEGAN)
      .step(1, "client.send", v1::Step::BEGAN)
      .step(2, "pause", v1::Step::BEGAN)
      .step(1, "client.send", v1::Step::FAILED, "reset")
      .at(1)
      .step(2, "pause", v1::Step::DONE)
      .done(3, "client.close")
      .ended(kClientOut, v1::RECEIVED, v1::FIN)
      .step(0, "parallel", v1::Step::FAILED, "a branch did not get to its end");
  for (auto const& event : journal.events()) {
    cases.on_event(event);
  }
  EXPECT_EQ(cases.final_expectations().front().decided(), Outcome::held);
}

/// The servers' clock is known to 100 ms.
std::vector<v1::Event> on_two_machines(JournalBuilder const& journal) {
  auto events = journal.events();
  auto& elsewhere = *events.front().mutable_started()->mutable_elsewhere();
  elsewhere.set_source(v1::SERVER);
  elsewhere.set_clock_error_ns(100'000'000);
  return events;
}

JournalBuilder server_closed_at(double at) {
  JournalBuilder journal;
  journal.at(0.1).opened(kServerOut).at(1).done(0, "client.close");
  journal.at(at).ended(kServerOut, v1::RECEIVED, v1::FIN);
  return journal;
}

TEST(TwoMachines, GiveWhatTheOtherOneSawTheErrorOfItsClock) {
  auto const wanted = closed("server.out", 1);
  EXPECT_EQ(watch(wanted, server_closed_at(2.05)).decided(), Outcome::late);
  EXPECT_EQ(watch(wanted, on_two_machines(server_closed_at(2.05))).decided(), Outcome::held);
  auto const late = watch(wanted, on_two_machines(server_closed_at(2.2)));
  EXPECT_EQ(late.decided(), Outcome::late);
  EXPECT_NE(late.observation().seen.find("and 100.000 ms for the clocks of two machines"),
            std::string::npos)
      << late.observation().seen;
}

TEST(TwoMachines, GiveNothingToWhatThisOneSaw) {
  auto journal = opened_and_stepped().at(2.05).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(watch(closed("client.out", 1), on_two_machines(journal)).decided(), Outcome::late);
}

TEST(TwoMachines, WaitLongerBeforeItIsNever) {
  auto const events = on_two_machines(server_closed_at(90));
  std::vector<v1::Event> const before(events.begin(), events.end() - 1);
  EXPECT_FALSE(watch(closed("server.out", 1), before, 11.05).decided());
  EXPECT_EQ(watch(closed("server.out", 1), before, 11.1).decided(), Outcome::never);
}

TEST(TwoMachines, HoldANegativeForLessByTheErrorOfTheClock) {
  auto open = expectation("server.out");
  open.mutable_stays_open()->mutable_for_()->set_seconds(1);
  EXPECT_EQ(watch(open, server_closed_at(1.95), 9).decided(), Outcome::never);
  EXPECT_EQ(watch(open, on_two_machines(server_closed_at(1.95)), 9).decided(), Outcome::held);
  EXPECT_EQ(watch(open, on_two_machines(server_closed_at(1.85)), 9).decided(), Outcome::never);
}

}  // namespace
}  // namespace rpchspec::reports
