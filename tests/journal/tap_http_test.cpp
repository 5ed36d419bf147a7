#include <string>

#include "tests/journal/tap_fixture.hpp"

namespace rpchspec::journal {
namespace {

using testing::ElementsAre;

TapOptions const kClient{v1::CLIENT, v1::IN, 1, Stream::http_then_pdus};
TapOptions const kUpstream{v1::UPSTREAM, v1::IN, 1, Stream::http_then_pdus};

Bytes request(std::string_view method, std::string_view fields) {
  return text(std::string(method) + " /rpc/rpcproxy.dll?a:6001 HTTP/1.1\r\nHost: p\r\n" +
              std::string(fields) + "\r\n");
}

Bytes response(std::string_view status, std::string_view fields = "") {
  return text("HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields) + "\r\n");
}

void expect(TapOptions const& options,
            std::vector<Piece> const& pieces,
            std::vector<std::string> const& lines) {
  EXPECT_EQ(outline(record(options, pieces)), lines);
  expect_same_for_every_segmentation(options, pieces);
}

TEST(TapOnHttp, CutsTheBodyOfAnInChannelIntoPdus) {
  expect(kClient,
         {{v1::SENT, joined(request("RPC_IN_DATA", "Content-Length: 1073741824\r\n"), ping_pdu(),
                            payload_pdu_of(300, {1, false, 0}), ping_pdu())}},
         {"> RPC_IN_DATA", "> pdu 20 at 0", "> pdu 0 at 20", "> pdu 20 at 344", "end, cut 0"});
}

TEST(TapOnHttp, SeesBothDirectionsOfAnOutChannelFromEitherEnd) {
  auto const asked = joined(request("RPC_OUT_DATA", "Content-Length: 20\r\n"), ping_pdu());
  auto const answered = joined(
      response("200 Success", "Content-Type: application/rpc\r\nContent-Length: 1073741824\r\n"),
      ping_pdu(), ping_pdu());
  expect(kClient, {{v1::SENT, asked}, {v1::RECEIVED, answered}},
         {"> RPC_OUT_DATA", "> pdu 20 at 0", "< 200", "< pdu 20 at 0", "< pdu 20 at 20",
          "end, cut 0"});
  expect(kUpstream, {{v1::RECEIVED, asked}, {v1::SENT, answered}},
         {"< RPC_OUT_DATA", "< pdu 20 at 0", "> 200", "> pdu 20 at 0", "> pdu 20 at 20",
          "end, cut 0"});
}

/// `*` at each head that is marked.
std::string log_on_marks(std::vector<Bytes> const& answers) {
  Recorder recorder({.start = {}, .digest_key = kKey});
  ConnectionTap tap(recorder, kClient);
  tap.log_on_leg();
  for (auto const& answer : answers) {
    tap.sent(request("RPC_IN_DATA", "Content-Length: 0\r\n"), {});
    tap.received(answer, {});
  }
  std::string marks;
  EXPECT_TRUE(read(recorder.memory(),
                   [&](Event const& event) { marks += event.head().log_on() ? '*' : '-'; }));
  return marks;
}

TEST(TapOnHttp, MarksALegOfALogOnAndItsAnswerAndNothingElse) {
  auto const empty = "Content-Length: 0\r\n";
  auto const challenge = response("401 Unauthorized", empty);
  EXPECT_EQ(log_on_marks({challenge, challenge}), "**--");
  EXPECT_EQ(log_on_marks({response("200 Success", empty), challenge}), "**--");
  EXPECT_EQ(log_on_marks({joined(response("100 Continue"), challenge)}), "***");
  EXPECT_EQ(log_on_marks({response("503 RPC Error: 6ba", empty), challenge}), "*---");
}

TEST(TapOnHttp, RecordsTheSameDigestsAtBothEnds) {
  auto const bytes = joined(request("RPC_IN_DATA", "Content-Length: 4096\r\n"),
                            payload_pdu_of(700, {1, false, 0}));
  auto const here = record(kClient, {{v1::SENT, bytes}});
  auto const there = record(kUpstream, {{v1::RECEIVED, bytes}}, at_random(1));
  ASSERT_EQ(here.size(), there.size());
  EXPECT_EQ(here[0].head().digest(), there[0].head().digest());
  EXPECT_EQ(here[1].pdu().digest(), there[1].pdu().digest());
  Recorder const recorder({.start = {}, .digest_key = kKey});
  EXPECT_EQ(here[1].pdu().digest(), recorder.digest(payload_pdu_of(700, {1, false, 0})));
}

TEST(TapOnHttp, FollowsAnEchoAndTheNextRequestOnTheSameConnection) {
  auto const echo =
      joined(request("RPC_IN_DATA", "Content-Length: 4\r\n"), Bytes{0xF8, 0xE8, 0x18, 8});
  auto const answer =
      joined(response("200 Success", "Content-Length: 20\r\nContent-Type: application/rpc\r\n"),
             ping_pdu());
  expect(kClient,
         {{v1::SENT, echo}, {v1::RECEIVED, answer}, {v1::SENT, echo}, {v1::RECEIVED, answer}},
         {"> RPC_IN_DATA", "> body 4", "< 200", "< pdu 20 at 0", "> RPC_IN_DATA", "> body 4",
          "< 200", "< pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, FollowsARefusalWithABodyAndTheSecondRequest) {
  expect(
      kClient,
      {{v1::SENT, request("RPC_IN_DATA", "Content-Length: 0\r\nAuthorization: NTLM TlRMTVNT\r\n")},
       {v1::RECEIVED, joined(response("401 Unauthorized", "Content-Length: 5\r\n"), text("sorry"))},
       {v1::SENT, joined(request("RPC_IN_DATA", "Content-Length: 99\r\n"), ping_pdu())}},
      {"> RPC_IN_DATA", "< 401", "< body 5", "> RPC_IN_DATA", "> pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, TakesANewHeadForABodyThatARefusalMadePointless) {
  expect(kClient,
         {{v1::SENT, request("RPC_IN_DATA", "Content-Length: 1073741824\r\n")},
          {v1::RECEIVED, response("401 Unauthorized", "Content-Length: 0\r\n")},
          {v1::SENT, joined(request("RPC_IN_DATA", "Content-Length: 1073741824\r\n"), ping_pdu())}},
         {"> RPC_IN_DATA", "< 401", "> RPC_IN_DATA", "> pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, WaitsForTheFinalResponseAfterAnInterimOne) {
  expect(kClient,
         {{v1::SENT, request("RPC_OUT_DATA", "Content-Length: 20\r\nExpect: 100-continue\r\n")},
          {v1::RECEIVED, response("100 Continue")},
          {v1::SENT, ping_pdu()},
          {v1::RECEIVED, joined(response("200 Success"), ping_pdu())}},
         {"> RPC_OUT_DATA", "< 100", "> pdu 20 at 0", "< 200", "< pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, TakesTheBodyOfAnErrorAsItIs) {
  expect(kClient,
         {{v1::SENT, request("RPC_IN_DATA", "Content-Length: 1000\r\n")},
          {v1::RECEIVED, joined(response("503 RPC Error: 6ba"), Bytes{5, 0, 0, 3}, text("page"))}},
         {"> RPC_IN_DATA", "< 503", "< body 8", "end, cut 0"});
}

TEST(TapOnHttp, GoesOnAfterAChunkedResponse) {
  expect(kClient,
         {{v1::SENT, request("GET", "")},
          {v1::RECEIVED, joined(response("404 Not Found", "Transfer-Encoding: chunked\r\n"),
                                text("5;x=y\r\nhello\r\n00\r\nTrailer: 1\r\n\r\n"))},
          {v1::SENT, request("RPC_IN_DATA", "Content-Length: 0\r\n")},
          {v1::RECEIVED, response("204 No Content")},
          {v1::SENT, request("HEAD", "")},
          {v1::RECEIVED, response("200 OK", "Content-Length: 77\r\n")},
          {v1::SENT, request("GET", "")},
          {v1::RECEIVED, response("304 Not Modified", "Content-Length: 77\r\n")}},
         {"> GET", "< 404", "< chunked 32", "> RPC_IN_DATA", "< 204", "> HEAD", "< 200", "> GET",
          "< 304", "end, cut 0"});
}

TEST(TapOnHttp, SeesAnErrorResponseAmongThePdus) {
  expect(kClient,
         {{v1::SENT, request("RPC_OUT_DATA", "Content-Length: 0\r\n")},
          {v1::RECEIVED, joined(response("200 Success", "Content-Length: 100000\r\n"), ping_pdu(),
                                response("503 RPC Error: 6be", "Content-Length: 0\r\n"))}},
         {"> RPC_OUT_DATA", "< 200", "< pdu 20 at 0", "< 503", "end, cut 0"});
}

TEST(TapOnHttp, SeesPdusBeyondTheLengthThatWasGiven) {
  expect(kClient,
         {{v1::SENT, joined(request("RPC_OUT_DATA", "Content-Length: 30\r\n"), ping_pdu(),
                            ping_pdu(), ping_pdu(), request("RPC_OUT_DATA", ""), ping_pdu())}},
         {"> RPC_OUT_DATA", "> pdu 20 at 0", "> pdu 20 at 20", "> pdu 20 at 40", "> RPC_OUT_DATA",
          "> pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, RecordsWhatIsNoHeadAsGarbage) {
  expect(kClient, {{v1::SENT, ping_pdu()}, {v1::RECEIVED, text("HTTQ and more")}},
         {"> garbage 20", "< garbage 13", "end, cut 0"});
}

TEST(TapOnHttp, SaysWhyAHeadCannotBeRead) {
  expect(kClient,
         {{v1::SENT, text("\r\nRPC_IN_DATA\r\nX: 1\r\n\r\nA /b HTTP/1.1\r\nno colon\r\n\r\n"
                          "A /b HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n.B /c ")},
          {v1::RECEIVED, text("HTTP/1.1 2x0 OK\r\n\r\n")}},
         {"> RPC_IN_DATA (the request line has not three parts)", "> A (a field line has no colon)",
          "> A (two Content-Lengths that differ)", "> body 1",
          "< 0 (the status line has no code of three digits)",
          ">  (the stream ended inside the head)", "end, cut 0"});
}

TEST(TapOnHttp, ReadsALengthThatIsNoNumberAsABodyWithoutEnd) {
  expect(kClient,
         {{v1::SENT, joined(request("RPC_IN_DATA", "Content-Length: -1\r\n"), ping_pdu())}},
         {"> RPC_IN_DATA (Content-Length is no number)", "> pdu 20 at 0", "end, cut 0"});
}

TEST(TapOnHttp, KeepsSixteenKibibytesOfAHeadAndReadsFieldsBeyondThem) {
  auto const head =
      request("RPC_IN_DATA", "X: " + std::string(40'000, 'x') + "\r\nContent-Length: 20\r\n");
  auto const events =
      record(kClient, {{v1::SENT, joined(head, ping_pdu(), head)}}, pieces_of(1000));
  EXPECT_THAT(outline(events),
              ElementsAre("> RPC_IN_DATA", "> pdu 20 at 0", "> RPC_IN_DATA", "end, cut 0"));
  EXPECT_EQ(events[0].head().text().size(), 16U * 1024);
  EXPECT_EQ(events[0].head().size(), head.size());
  EXPECT_EQ(events[0].head().digest(), events[2].head().digest());
}

TEST(TapOnHttp, GivesUpOnAHeadWithoutEndAfterOneMebibyte) {
  auto const endless = joined(text("GET / HTTP/1.1\r\nX: "), Bytes(3 << 20, 'x'));
  auto const events = record(kClient, {{v1::SENT, endless}}, pieces_of(65536));
  EXPECT_THAT(outline(events),
              ElementsAre("> GET (no end within 1 MiB)",
                          "> garbage " + std::to_string(endless.size() - (1 << 20)), "end, cut 0"));
}

TEST(TapOnHttp, ReadsTheVersionTargetAndReason) {
  auto const events = record(kClient, {{v1::SENT, text("RPC_IN_DATA /a b HTTP/1.0\r\n\r\n")},
                                       {v1::RECEIVED, text("HTTP/1.1 503 RPC Error: 6ba\n\n")}});
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].head().target(), "/a b");
  EXPECT_EQ(events[0].head().http_version(), 10U);
  EXPECT_EQ(events[1].head().reason(), "RPC Error: 6ba");
  EXPECT_EQ(events[1].head().http_version(), 11U);
}

TEST(TapOnHttp, KnowsByWhoOpenedTheConnectionWhoAsks) {
  Recorder recorder({});
  ConnectionTap tap(recorder, {v1::UPSTREAM, v1::IN, 1, Stream::http_then_pdus});
  v1::Opened opened;
  opened.set_accepted(false);
  tap.opened(opened, {});
  tap.sent(request("GET", ""), {});
  bool response_seen = true;
  ASSERT_TRUE(read(recorder.memory(), [&](Event const& event) {
    response_seen = event.has_head() ? event.head().response() : response_seen;
  }));
  EXPECT_FALSE(response_seen);
}

}  // namespace
}  // namespace rpchspec::journal
