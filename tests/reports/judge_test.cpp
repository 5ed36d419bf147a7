#include "reports/judge.hpp"

#include <functional>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "journal_builder.hpp"
#include "protocol/wire/base64.hpp"
#include "protocol/wire/ee_info.hpp"
#include "reports/events.hpp"
#include "reports/findings.hpp"
#include "reports/ladder.hpp"

namespace rpchspec::reports {
namespace {

using model::Verdict;
using scenario::v1::Scenario;
using test::JournalBuilder;
using test::kClientOut;
using test::kServerIn;
namespace v1 = journal::v1;

constexpr char const* kRegistry = R"(
- id: RPCH-3.2.4.5.14-04
  section: "3.2.4.5.14"
  role: outbound-proxy
  level: must
  front: n/a
  category: abort-error
  text: "Server close: all OUT legs of that connection are closed."
  observed_at: both
  stimulus: "x"
  expect: "y"
  needs: []
- id: RPCH-3.2.4.5.14-05
  section: "3.2.4.5.14"
  role: outbound-proxy
  level: should
  front: n/a
  category: abort-error
  text: "It is soon."
  observed_at: both
  stimulus: "x"
  expect: "y"
  needs: []
- id: RPCH-1.3.4-01
  section: "1.3.4"
  role: both-proxies
  level: must
  front: must
  category: forwarding
  text: "RPC PDUs cross the proxy unmodified."
  observed_at: both
  stimulus: "x"
  expect: "y"
  needs: []
)";

model::RequirementRegistry registry() {
  auto read = model::RequirementRegistry::parse(kRegistry, "test.yaml");
  if (!read) {
    ADD_FAILURE() << to_string(read.error());
    return {};
  }
  return *read;
}

Scenario scenario() {
  Scenario made;
  made.set_id("reset/server-out-end@tcp-rst");
  made.set_title("The server ends the OUT leg");
  made.set_category("reset");
  made.add_steps()->mutable_server_close();
  auto& expect = *made.add_expect();
  expect.set_subject("client.out");
  expect.mutable_closed();
  expect.mutable_within()->set_seconds(5);
  expect.add_by("RPCH-3.2.4.5.14-04");
  return made;
}

JournalBuilder started(std::string topology = "embedded") {
  JournalBuilder journal(std::move(topology));
  journal.opened(kClientOut).at(1).done(0, "server.close");
  return journal;
}

Judgement judged(JournalBuilder const& journal, JudgeOptions const& options = {}) {
  return judge(scenario(), ByteView(journal.bytes()), registry(), options);
}

TEST(Judge, PassesWhatHeld) {
  auto const journal = started().at(2).ended(kClientOut, v1::RECEIVED, v1::FIN).finished();
  auto const judgement = judged(journal);
  EXPECT_EQ(judgement.result.verdict, Verdict::pass) << judgement.result.message;
  EXPECT_EQ(judgement.result.category, "reset");
  EXPECT_EQ(judgement.result.duration_s, 2);
  EXPECT_FALSE(judgement.interrupted);
}

TEST(Judge, TellsAFailureInThreeLines) {
  JudgeOptions options;
  options.rerun = "rpchspec run reset/server-out-end@tcp-rst";
  auto const result = judged(started().at(20).finished(), options).result;
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.message,
            "required: RPCH-3.2.4.5.14-04 (must) Server close: all OUT legs of that connection are "
            "closed.\n"
            "expected: client.out closed within 5 s of step 1 server.close\n"
            "seen:     not closed on client.out within 15 s; nothing came there at all");
  EXPECT_EQ(result.where, "step 1 server.close, 16.000 s, connection 2");
  EXPECT_EQ(result.requirements, std::vector<std::string>{"RPCH-3.2.4.5.14-04"});
  EXPECT_EQ(result.rerun, options.rerun);
}

TEST(Judge, TellsAnExpectationByTheFirstOfTheHighestLevelThatItCites) {
  auto several = scenario();
  several.mutable_expect(0)->clear_by();
  for (auto const* id : {"RPCH-3.2.4.5.14-05", "RPCH-3.2.4.5.14-04", "RPCH-1.3.4-01"}) {
    several.mutable_expect(0)->add_by(id);
  }
  auto const bytes = started().at(20).finished().bytes();
  auto const result = judge(several, ByteView(bytes), registry()).result;
  EXPECT_EQ(result.message.substr(0, result.message.find("expected:")),
            "required: RPCH-3.2.4.5.14-04 (must) Server close: all OUT legs of that connection are "
            "closed.\n"
            "also:     RPCH-1.3.4-01, RPCH-3.2.4.5.14-05\n");
  EXPECT_EQ(result.requirements, (std::vector<std::string>{"RPCH-3.2.4.5.14-04", "RPCH-1.3.4-01",
                                                           "RPCH-3.2.4.5.14-05"}));
  ASSERT_EQ(result.observations.size(), 3U);
  EXPECT_EQ(result.observations[0].led_by, "");
  EXPECT_EQ(result.observations[2].led_by, "RPCH-3.2.4.5.14-04");
  EXPECT_EQ(find_causes({result}).size(), 1U);
}

TEST(Judge, DoesNotMixTwoExpectationsThatCiteTheSame) {
  auto twice = scenario();
  *twice.add_expect() = twice.expect(0);
  auto const bytes = started().at(20).finished().bytes();
  auto const result = judge(twice, ByteView(bytes), registry()).result;
  EXPECT_EQ(result.message.find("also:"), std::string::npos) << result.message;
}

TEST(Judge, WarnsOfWhatIsLateAndFailsItWhenStrict) {
  auto const journal = started().at(9).ended(kClientOut, v1::RECEIVED, v1::FIN).finished();
  EXPECT_EQ(judged(journal).result.verdict, Verdict::warn);
  JudgeOptions options;
  options.strict = true;
  EXPECT_EQ(judged(journal, options).result.verdict, Verdict::fail);
}

TEST(Judge, TakesTheLevelOfTheTopology) {
  EXPECT_EQ(judged(started("http-front").at(20).finished()).result.verdict, Verdict::pass);
}

TEST(Judge, BlocksWhereASetUpStepWasNotReached) {
  JournalBuilder journal;
  journal.step(0, "given:opened", v1::Step::BEGAN).at(3);
  journal.step(0, "given:opened", v1::Step::FAILED, "no CONN/C2", true).finished();
  auto const result = judged(journal).result;
  EXPECT_EQ(result.verdict, Verdict::blocked);
  EXPECT_EQ(result.message, "step 1 given:opened: no CONN/C2");
}

TEST(Judge, JudgesNothingMissedAfterTheSetUpFailed) {
  auto scenario_with_two = scenario();
  scenario_with_two.add_steps()->mutable_server_close();
  JournalBuilder journal;
  journal.opened(kClientOut).at(1).done(0, "server.close");
  journal.at(2).step(1, "given:opened", v1::Step::FAILED, "no CONN/C2", true);
  auto const bytes = journal.at(20).finished().bytes();
  EXPECT_EQ(judge(scenario_with_two, ByteView(bytes), registry()).result.verdict, Verdict::blocked);
}

TEST(Judge, KeepsWhatWasMissedBeforeTheSetUpFailed) {
  auto scenario_with_two = scenario();
  scenario_with_two.add_steps()->mutable_server_close();
  scenario_with_two.mutable_expect(0)->set_since("server.close");
  JournalBuilder journal;
  journal.opened(kClientOut).at(1).done(0, "server.close");
  journal.at(20).step(1, "given:opened", v1::Step::FAILED, "no CONN/C2", true);
  auto const bytes = journal.finished().bytes();
  EXPECT_EQ(judge(scenario_with_two, ByteView(bytes), registry()).result.verdict, Verdict::fail);
}

TEST(Judge, JudgesNoAwaitThatWasNotReached) {
  Scenario made;
  made.set_id("timeout/idle");
  made.add_steps()->mutable_client_send();
  auto& open = *made.add_steps()->mutable_await();
  open.set_subject("client.out");
  open.mutable_stays_open();
  open.add_by("RPCH-3.2.4.5.14-04");
  auto const judged_with = [&](bool reached) {
    JournalBuilder journal;
    journal.opened(kClientOut).ended(kClientOut, v1::RECEIVED, v1::FIN);
    journal.step(0, "move-1", v1::Step::BEGAN);
    if (reached) {
      journal.done(0).step(1, "move-2", v1::Step::BEGAN);
      journal.step(1, "move-2", v1::Step::FAILED, "closed");
    } else {
      journal.step(0, "move-1", v1::Step::FAILED, "the connection is closed");
    }
    auto const bytes = journal.at(20).finished().bytes();
    return judge(made, ByteView(bytes), registry()).result.verdict;
  };
  EXPECT_EQ(judged_with(false), Verdict::blocked);
  EXPECT_EQ(judged_with(true), Verdict::fail);
}

/// An await that is not met, and an expectation since the step behind it.
Judgement judged_behind_an_unmet_await(std::string topology) {
  Scenario made;
  made.set_id("recycling/out");
  made.add_steps()->mutable_client_send();
  auto& told = *made.add_steps()->mutable_await();
  told.set_subject("client.out");
  told.mutable_receives()->set_pdu("OUT_R2/A6");
  told.add_by("RPCH-3.2.4.5.14-04");
  made.add_steps()->mutable_client_close();
  auto& expect = *made.add_expect();
  expect.set_subject("client.out");
  expect.mutable_closed();
  expect.set_since("client.close");
  expect.add_by("RPCH-1.3.4-01");
  JournalBuilder journal(std::move(topology));
  journal.opened(kClientOut).done(0, "client.send").step(1, "await", v1::Step::BEGAN);
  journal.at(20).step(1, "await", v1::Step::FAILED, "not received").finished();
  return judge(made, ByteView(journal.bytes()), registry());
}

TEST(Judge, BlamesWhatWasNotMetAndNothingSinceAStepBehindIt) {
  auto const result = judged_behind_an_unmet_await("embedded").result;
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.requirements.front(), "RPCH-3.2.4.5.14-04");
  for (auto const& observation : result.observations) {
    EXPECT_EQ(observation.outcome == model::Outcome::blocked,
              observation.requirement == "RPCH-1.3.4-01");
  }
}

TEST(Judge, NeverPassesWhereAStepWasNotReached) {
  auto const result = judged_behind_an_unmet_await("http-front").result;  // where it may be unmet
  EXPECT_EQ(result.verdict, Verdict::blocked);
  EXPECT_EQ(result.message, "step 2 await: not received");
}

/// Blocked, and what came first was in breach of what forwarding asks.
JournalBuilder blocked_after_a_mismatch() {
  JournalBuilder journal;
  journal.opened(kServerIn).mismatch(kServerIn);
  journal.step(0, "given:opened", v1::Step::FAILED, "no CONN/C2", true).finished();
  return journal;
}

/// The client wants an OUT channel, and what it sends there to be told on both ends.
Judgement judged_of_a_client(std::function<void(JournalBuilder&)> const& connects) {
  Scenario made;
  made.set_id("timeout/min-conn-timeout");
  made.add_steps()->mutable_client_open();
  for (auto const* subject : {"client.out", "server.out"}) {
    auto& expect = *made.add_expect();
    expect.set_subject(subject);
    expect.mutable_receives()->set_pdu("CONN/A3");
    expect.add_by("RPCH-3.2.4.5.14-04");
  }
  JournalBuilder journal;
  journal.step(0, "client.open", v1::Step::BEGAN);
  connects(journal);
  journal.step(0, "client.open", v1::Step::FAILED, "connection refused").at(20).finished();
  return judge(made, ByteView(journal.bytes()), registry());
}

TEST(Judge, BlamesNoProxyThatTheClientNeverReached) {
  for (auto const ending : {v1::REFUSED, v1::UNREACHABLE}) {
    auto const result = judged_of_a_client([&](JournalBuilder& journal) {
                          journal.ended(kClientOut, v1::RECEIVED, ending);
                        }).result;
    EXPECT_EQ(result.verdict, Verdict::blocked);
    EXPECT_EQ(result.message, "step 1 client.open: connection refused");
  }
}

TEST(Judge, BlamesAProxyThatNoLongerAcceptsWhatItAcceptedBefore) {
  test::End const again{v1::CLIENT, v1::OUT, 7, 1};
  auto const result = judged_of_a_client([&](JournalBuilder& journal) {
                        journal.opened(kClientOut).ended(kClientOut, v1::RECEIVED, v1::FIN);
                        journal.ended(again, v1::RECEIVED, v1::REFUSED);
                      }).result;
  EXPECT_EQ(result.verdict, Verdict::fail);
}

TEST(Judge, LetsAMonitorExplainABlockedCase) {
  auto const result = judged(blocked_after_a_mismatch()).result;
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.requirements.front(), "RPCH-1.3.4-01");
}

TEST(Judge, AsksTheSilencedMonitorsWhyNothingIsCarried) {
  auto sanity = scenario();
  sanity.set_role(Scenario::SANITY);
  sanity.add_monitors_off("cross-talk");
  auto const bytes = blocked_after_a_mismatch().bytes();
  auto const result = judge(sanity, ByteView(bytes), registry()).result;
  EXPECT_EQ(result.verdict, Verdict::fail);
  EXPECT_EQ(result.requirements.front(), "RPCH-1.3.4-01");

  sanity.set_role(Scenario::ORDINARY);
  EXPECT_EQ(judge(sanity, ByteView(bytes), registry()).result.verdict, Verdict::blocked);
}

TEST(Judge, SurfacesLag) {
  auto const journal = started().lag(400).at(2).ended(kClientOut, v1::RECEIVED, v1::FIN).finished();
  auto const judgement = judged(journal);
  EXPECT_TRUE(judgement.lagged);
  EXPECT_EQ(judgement.lag_ms, 400U);
  EXPECT_EQ(judgement.result.verdict, Verdict::pass);
  JudgeOptions again;
  again.lag_is_error = true;
  EXPECT_EQ(judged(journal, again).result.verdict, Verdict::error);
}

TEST(Judge, TellsInterruptedCutOffAndBrokenJournalsApart) {
  EXPECT_EQ(judged(started().at(2).finished(true)).result.verdict, Verdict::not_run);
  EXPECT_EQ(judged(started()).result.verdict, Verdict::error);
  Bytes const garbage{0x03, 0xFF, 0xFF, 0xFF};
  auto const judgement = judge(scenario(), ByteView(garbage), registry());
  EXPECT_EQ(judgement.result.verdict, Verdict::error);
  EXPECT_NE(judgement.result.message.find("cannot be read"), std::string::npos);
}

/// The case's watchdog ended it while it waited.
Judgement judged_with_watchdog(double at_s) {
  auto journal = started().at(at_s);
  v1::Event event;
  event.mutable_finished()->set_error(std::string(kEndedByWatchdog));
  return judged(journal.add(event));
}

TEST(Judge, KeepsAFailureThatWasKnownBeforeTheWatchdogEndedTheCase) {
  EXPECT_EQ(judged_with_watchdog(20).result.verdict, Verdict::fail);
  auto const undecided = judged_with_watchdog(3).result;
  EXPECT_EQ(undecided.verdict, Verdict::error);
  EXPECT_EQ(undecided.message, kEndedByWatchdog);
}

TEST(Judge, NeverFailsABuildForATrial) {
  auto trial = scenario();
  trial.set_status(Scenario::TRIAL);
  EXPECT_EQ(judge(trial, ByteView(started().at(20).finished().bytes()), registry()).result.verdict,
            Verdict::warn);
}

TEST(Unexecuted, SaysWhyAndWhatItWasFor) {
  auto const result = unexecuted(scenario(), Verdict::skip, "needs fact receive_window");
  EXPECT_EQ(result.verdict, Verdict::skip);
  EXPECT_EQ(result.message, "needs fact receive_window");
  EXPECT_EQ(result.requirements, std::vector<std::string>{"RPCH-3.2.4.5.14-04"});
}

TEST(Events, AreOneObjectALineWithTheirCase) {
  std::ostringstream out;
  auto const lines = write_events(out, "a/\"b\"", ByteView(started().finished().bytes()));
  ASSERT_TRUE(lines);
  std::istringstream in(out.str());
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    EXPECT_EQ(boost::json::parse(line).at("case"), "a/\"b\"");
  }
  EXPECT_EQ(count, *lines);
}

std::string drawn(JournalBuilder const& journal, LadderOptions const& options = {}) {
  auto const text = ladder(ByteView(journal.bytes()), options);
  return text ? *text : to_string(text.error());
}

TEST(Ladder, ShowsTimesStepsPdusAndEnds) {
  auto journal = started();
  journal.rts(kClientOut, v1::RECEIVED, wire::conn_a3(ConnectionTimeout(120000)));
  journal.at(2).ended(kClientOut, v1::RECEIVED, v1::RST);
  auto const text = drawn(journal);
  EXPECT_NE(text.find("     1.000  -- step 1 server.close"), std::string::npos) << text;
  EXPECT_NE(text.find("<- OUT #2 CONN/A3 ConnectionTimeout 120000 -"), std::string::npos) << text;
  EXPECT_NE(text.find("OUT #2 RST"), std::string::npos) << text;
}

TEST(Ladder, ShowsExtendedErrorInformationInWords) {
  wire::ExtendedErrorRecord record;
  record.status = 1702;
  record.generating_component = wire::kEeComponentRpcProxy;
  auto const blob = wire::base64_encode(wire::encode(wire::ExtendedErrorInfo{{record}}));
  auto journal = started();
  journal.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6a6, EEInfo: " + blob, {}, 10);
  auto const text = drawn(journal);
  EXPECT_NE(text.find("503 RPC Error: 6a6; status 1702 of component 14"), std::string::npos)
      << text;
}

TEST(Ladder, CollapsesRunsOfRpcPdus) {
  auto journal = started();
  for (std::uint32_t i = 0; i < 1000; ++i) {
    journal.rpc(kServerIn, v1::RECEIVED, i, 5840);
  }
  auto const text = drawn(journal);
  EXPECT_NE(text.find("1000 RPC PDUs, 5840000 bytes"), std::string::npos) << text;
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 10);
}

TEST(Ladder, IsBoundedAndAscii) {
  auto journal = started();
  for (std::uint32_t i = 0; i < 5000; ++i) {
    journal.request(kClientOut, v1::SENT, "GET", "/\xC3\xA4\x1b" + std::to_string(i));
  }
  LadderOptions options;
  options.max_lines = 100;
  auto const text = drawn(journal, options);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 101);
  EXPECT_NE(text.find("lines left out"), std::string::npos);
  for (char const c : text) {
    ASSERT_TRUE((c >= ' ' && c <= '~') || c == '\n');
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 140U);
  }
}

}  // namespace
}  // namespace rpchspec::reports
