// What the dialect means: sugar, types, set-ups.

#include "model/scalars.hpp"
#include "tests/loader/fixture.hpp"

namespace rpchspec::loader::testing {
namespace {

using scenario::v1::Cause;
using scenario::v1::Server;

TEST(Dialect, ReadsTheExampleOfTheDesign) {
  auto const suite = load(R"(id: reset/server-out-end-reaches-client
title: The server ends the OUT leg in the middle of a stream
since: "1.0"
given: [opened]
matrix: {cause: [tcp-rst, tcp-fin]}
steps:
  - server.send:  {channel: out, bytes: 32KiB}
  - server.close: {leg: out, cause: $cause}
expect:
  - {client.out: closed, within: 5s, by: RPCH-3.2.4.5.14-04}
)");
  ASSERT_TRUE(suite) << to_string(suite.error());
  ASSERT_EQ(suite->scenarios.size(), 2U);
  auto const& rst = suite->scenarios[0];
  EXPECT_EQ(rst.id(), "reset/server-out-end-reaches-client@tcp-rst");
  EXPECT_EQ(rst.category(), "reset");
  EXPECT_EQ(rst.file(), "x.yaml");
  EXPECT_EQ(rst.variant().at("cause"), "tcp-rst");
  ASSERT_EQ(rst.steps_size(), 3);
  EXPECT_TRUE(rst.steps(0).has_client_open());
  EXPECT_EQ(rst.steps(0).given(), "opened");
  EXPECT_EQ(rst.steps(1).server_send().bytes(), 32768U);
  EXPECT_EQ(rst.steps(1).given(), "");
  EXPECT_EQ(rst.steps(2).server_close().cause(), Cause::TCP_RST);
  EXPECT_EQ(suite->scenarios[1].steps(2).server_close().cause(), Cause::TCP_FIN);
  EXPECT_EQ(rst.expect(0).subject(), "client.out");
  EXPECT_TRUE(rst.expect(0).has_closed());
  EXPECT_EQ(rst.expect(0).within().seconds(), 5);
  EXPECT_EQ(rst.expect(0).by(0), "RPCH-3.2.4.5.14-04");
}

TEST(Dialect, TakesScalarsForStepsThatHaveAShorthand) {
  auto const s = one(file_with(R"(steps:
  - client.open
  - pause: 3s
  - client.close: out
  - server.close: both
  - client.call: bind
)") + kExpect);
  ASSERT_EQ(s.steps_size(), 5);
  EXPECT_EQ(s.steps(1).pause().for_().seconds(), 3);
  EXPECT_EQ(s.steps(2).client_close().channel(), "out");
  EXPECT_EQ(s.steps(3).server_close().leg(), "both");
  EXPECT_EQ(s.steps(4).client_call().operation(), "bind");
}

TEST(Dialect, TakesAFaultAsTheControlApiDoes) {
  auto const s = one(file_with(R"(steps:
  - server.fault: {"name": "f", "leg": "server.out", "after": {"pdu": "rpc", "count": 2}, "end": "rst"}
  - server.fault: {"leg": "server.out", "towards": "TOWARDS_CLIENT", "delay": "0.25s"}
  - client.fault: {channel: both, drip: 1}
  - server.fault: {after: CONN/C1, throttle: 8KiB, towards: client}
  - server.release: {fault: f}
)") + kExpect);
  ASSERT_EQ(s.steps_size(), 5);
  auto const& cut = s.steps(0).server_fault();
  EXPECT_EQ(cut.after().count(), 2U);
  EXPECT_EQ(cut.end(), "rst");
  auto const& slow = s.steps(1).server_fault();
  EXPECT_EQ(slow.towards(), rpchspec::v1::TOWARDS_CLIENT);
  EXPECT_EQ(slow.delay().nanos(), 250'000'000);
  EXPECT_EQ(s.steps(2).client_fault().leg(), "client.both");
  EXPECT_EQ(s.steps(2).client_fault().drip().bytes(), 1U);
  auto const& throttled = s.steps(3).server_fault();
  EXPECT_EQ(throttled.after().pdu(), "CONN/C1");
  EXPECT_EQ(throttled.throttle(), 8192U);
  EXPECT_EQ(throttled.towards(), rpchspec::v1::TOWARDS_CLIENT);
  EXPECT_EQ(s.steps(4).server_release().fault(), "f");
}

TEST(Dialect, TakesEveryShorthandOfAnExpectation) {
  auto const s = one(file_with(R"(given: opened
expect:
  - {client.out: closed, by: RPCH-1.8-01}
  - {client.out: {closed: fin}, by: RPCH-1.8-01}
  - {client.out: {stays-open: 5s}, by: RPCH-1.8-01}
  - {client.out: {no-response: 2s}, by: RPCH-1.8-01}
  - {client.out: {receives: CONN/C2}, by: RPCH-1.8-01}
  - {client.out: {receives_not: rpc}, by: RPCH-1.8-01}
  - {server: connected, by: RPCH-1.8-01}
  - {server: {not-connected: 2s}, by: RPCH-1.8-01}
  - {client.out: {response: 4xx}, by: RPCH-1.8-01}
  - {client.out: {data: 64KiB}, by: [RPCH-1.8-01, PROD-Idle-01]}
)"));
  ASSERT_EQ(s.expect_size(), 10);
  EXPECT_EQ(s.expect(0).closed().how_size(), 0);
  EXPECT_EQ(s.expect(1).closed().how(0), "fin");
  EXPECT_EQ(s.expect(2).stays_open().for_().seconds(), 5);
  EXPECT_EQ(s.expect(3).no_response().for_().seconds(), 2);
  EXPECT_EQ(s.expect(4).receives().pdu(), "CONN/C2");
  EXPECT_EQ(s.expect(5).receives_not().pdu(), "rpc");
  EXPECT_TRUE(s.expect(6).has_connected());
  EXPECT_EQ(s.expect(7).not_connected().for_().seconds(), 2);
  EXPECT_EQ(s.expect(8).response().status(0), "4xx");
  EXPECT_EQ(s.expect(9).data().at_least(), 65536U);
  EXPECT_EQ(s.expect(9).by_size(), 2);
}

TEST(Dialect, TakesAListOfPredicatesAsOneOfThem) {
  auto const s =
      one(file_with("given: opened\nexpect: [{client.out: [closed, {response: {status: 503}}], by: "
                    "RPCH-1.8-01}]\n"));
  ASSERT_EQ(s.expect(0).any_of_size(), 2);
  EXPECT_EQ(s.expect(0).any_of(1).subject(), "client.out");
  EXPECT_EQ(s.expect(0).any_of(1).response().status(0), "503");
}

TEST(Dialect, PutsTheRequirementOfAnAwaitInBothPlaces) {
  auto const s = one(file_with(R"(steps:
  - await: {client.out: {receives: CONN/C2}, within: 5s, by: RPCH-1.8-01}
  - await: {client.out: closed}
    by: PROD-Idle-01
)"));
  for (auto const& step : s.steps()) {
    ASSERT_EQ(step.by_size(), 1);
    EXPECT_EQ(step.by(0), step.await().by(0));
  }
}

TEST(Dialect, TypesEveryScalarByItsField) {
  auto const s = one(file_with(R"(why: no
client: {min_conn_timeout: 0777, server_name: 1.10, receive_window: 0x2000, no_ack: true}
server: {on_accept: rst, legacy_response: with-first-pdu, reply_delay: 1.5s}
given: opened
)") + kExpect);
  EXPECT_EQ(s.why(), "no");
  EXPECT_EQ(s.client().min_conn_timeout(), "0777");
  EXPECT_EQ(s.client().server_name(), "1.10");
  EXPECT_EQ(s.client().receive_window(), 8192U);
  EXPECT_TRUE(s.client().no_ack());
  EXPECT_EQ(s.server().on_accept(), Server::ACCEPT_RST);
  EXPECT_EQ(s.server().legacy_response(), Server::LEGACY_WITH_FIRST_PDU);
  EXPECT_EQ(s.server().reply_delay().nanos(), 500'000'000);
}

TEST(Dialect, ReadsHeadersAsAMapping) {
  auto const s = one(file_with(R"(steps:
  - client.request: {channel: in, headers: {Pragma: [No-cache, MinConnTimeout=120], X-Test: "1"}}
)") + kExpect);
  auto const& request = s.steps(0).client_request();
  ASSERT_EQ(request.headers_size(), 3);
  EXPECT_EQ(request.headers(1).name(), "Pragma");
  EXPECT_EQ(request.headers(1).value(), "MinConnTimeout=120");
  EXPECT_EQ(request.headers(2).name(), "X-Test");
}

TEST(Dialect, TurnsSizesInOverridesIntoBytes) {
  auto const s = one(file_with(R"(steps:
  - client.send: {channel: out, pdu: CONN/A1, with: {ReceiveWindowSize: 8KiB, header.call_id: 7}}
  - await: {client.out: {receives: {pdu: CONN/C2, where: {ReceiveWindowSize: 8KiB..256KiB}}}}
)") + kExpect);
  EXPECT_EQ(s.steps(0).client_send().with().at("ReceiveWindowSize"), "8192");
  EXPECT_EQ(s.steps(1).await().receives().where().at("ReceiveWindowSize"), "8192..262144");
}

TEST(Dialect, ReadsBranchesSideBySide) {
  auto const s = one(file_with(R"(steps:
  - parallel:
    - client.open
    - [{vc: 2, client.open: {}}, {pause: 100ms}]
)") + kExpect);
  auto const& branches = s.steps(0).parallel().branches();
  ASSERT_EQ(branches.size(), 2);
  EXPECT_EQ(branches[1].steps(0).vc(), 2U);
  EXPECT_EQ(branches[1].steps(1).pause().for_().nanos(), 100'000'000);
}

TEST(Dialect, TakesARangeOfVirtualConnectionsForEachOfThem) {
  auto const s = one(file_with(R"(steps:
  - label: opening
    vc: 2..4
    client.open: {may_fail: true}
  - {vc: 2..3, await: {client.out: {receives: CONN/C2}, by: RPCH-1.8-01}}
expect:
  - {vc: 2..4, client.out: closed, since: opening, by: RPCH-1.8-01}
  - {client.out: closed, by: RPCH-1.8-01}
)"));
  ASSERT_EQ(s.steps_size(), 2);
  EXPECT_EQ(s.steps(0).label(), "opening");
  auto const& branches = s.steps(0).parallel().branches();
  ASSERT_EQ(branches.size(), 3);
  EXPECT_EQ(branches[2].steps(0).vc(), 4U);
  EXPECT_EQ(branches[2].steps(0).label(), "");
  EXPECT_TRUE(branches[2].steps(0).client_open().may_fail());
  EXPECT_EQ(s.steps(1).parallel().branches(1).steps(0).by(0), "RPCH-1.8-01");
  ASSERT_EQ(s.expect_size(), 4);
  EXPECT_EQ(s.expect(0).vc(), 2U);
  EXPECT_EQ(s.expect(2).vc(), 4U);
  EXPECT_EQ(s.expect(2).since(), "opening");
  EXPECT_EQ(s.expect(3).vc(), 0U);
}

TEST(Dialect, RefusesWhatIsNoRange) {
  for (auto const* const range :
       {"4..2", "3..3", "0..2", "2..", "..2", "2..4097", "2...4", "a..b"}) {
    auto const text = "steps: [{vc: " + std::string(range) + ", client.open: {}}]\n" + kExpect;
    EXPECT_NE(errors_of(file_with(text)).find("is no range of virtual connections, as 2..4096 is"),
              std::string::npos)
        << range;
  }
}

TEST(Dialect, RunsASetUpAfterTheOneItBuildsOn) {
  auto const s = one(file_with("given: [bound, opened]\n") + kExpect);
  ASSERT_EQ(s.steps_size(), 2);
  EXPECT_EQ(s.steps(0).given(), "opened");
  EXPECT_EQ(s.steps(1).given(), "bound");
  EXPECT_EQ(s.given_size(), 2);
}

TEST(Scalars, SayWhatWasMeant) {
  EXPECT_EQ(model::parse_duration("30").error(), "wants a duration with a unit, got '30'; 30s?");
  EXPECT_EQ(model::parse_duration("5sec").error(),
            "wants a duration with a unit (250ms, 5s, 2m, 1h), got '5sec'");
  EXPECT_EQ(*model::parse_duration("1.5m"), 90'000'000'000);
  EXPECT_FALSE(model::parse_duration("-1s"));
  EXPECT_FALSE(model::parse_duration(""));
  EXPECT_FALSE(model::parse_duration("99999999999h"));
  EXPECT_FALSE(model::parse_size("18446744073709551615KiB"));
  EXPECT_FALSE(model::parse_size("0777"));
  EXPECT_EQ(*model::parse_size("0"), 0U);
  EXPECT_EQ(model::duration_text(90'000'000'000), "90s");
  EXPECT_EQ(model::duration_text(250'000'000), "250ms");
  EXPECT_EQ(model::size_text(65536), "64KiB");
}

}  // namespace
}  // namespace rpchspec::loader::testing
