#include "journal/redaction.hpp"

#include "tests/journal/tap_fixture.hpp"

namespace rpchspec::journal {
namespace {

std::string redacted(std::string_view head) {
  Redactor redactor;
  std::string out;
  redactor.append(as_bytes(head), out);
  std::string in_pieces;
  redactor.restart();
  for (auto const& byte : as_bytes(head)) {
    redactor.append(ByteView(&byte, 1), in_pieces);
  }
  EXPECT_EQ(in_pieces, out);
  EXPECT_EQ(out.size(), head.size());
  return out;
}

TEST(Redaction, HidesCredentialsAndKeepsTheSchemeAndTheSize) {
  EXPECT_EQ(redacted("Authorization: Basic YTpi\r\nHost: p\r\n"),
            "Authorization: Basic ****\r\nHost: p\r\n");
  EXPECT_EQ(redacted("PROXY-authorization:NTLM  TlRM==\r\n"),
            "PROXY-authorization:NTLM  ******\r\n");
  EXPECT_EQ(redacted("Authorization : Custom s3cret x\n"), "Authorization : ****** ****** *\n");
  EXPECT_EQ(redacted("Authorization: s3cret\r\n"), "Authorization: ******\r\n");
}

TEST(Redaction, HidesCookies) {
  EXPECT_EQ(redacted("Cookie: a=b; c=d\r\nSet-Cookie: e=f\r\n"),
            "Cookie: **** ***\r\nSet-Cookie: ***\r\n");
}

TEST(Redaction, HidesTheBlobsOfAChallengeAndNothingElse) {
  EXPECT_EQ(redacted("WWW-Authenticate: NTLM TlRM, Basic realm=\"p\"\r\n"),
            "WWW-Authenticate: NTLM ****, Basic realm=\"p\"\r\n");
  EXPECT_EQ(redacted("WWW-Authenticate: Negotiate\r\nProxy-Authenticate: negotiate YII=\r\n"),
            "WWW-Authenticate: Negotiate\r\nProxy-Authenticate: negotiate ****\r\n");
}

TEST(Redaction, FollowsFoldedLines) {
  EXPECT_EQ(redacted("Authorization: Basic\r\n YTpi\r\n\tYTpi\r\nX: y\r\n"),
            "Authorization: Basic\r\n ****\r\n\t****\r\nX: y\r\n");
}

TEST(Redaction, LeavesEverythingElse) {
  std::string_view const head =
      "RPC_IN_DATA /rpc/rpcproxy.dll?a:6001 HTTP/1.1\r\nUser-Agent: x\r\n\r\n";
  EXPECT_EQ(redacted(head), head);
}

TEST(Redaction, HoldsForAHeadThatLacksItsRequestLine) {
  TapOptions const client{v1::CLIENT, v1::IN, 1, Stream::http_then_pdus};
  auto const events =
      record(client, {{v1::SENT, text("Cookie:c2Vj\r\n\r\nCookie: c2Vj d\r\n\r\n")}});
  ASSERT_EQ(events.size(), 3U);
  for (auto const& event : events) {
    EXPECT_EQ(event.SerializeAsString().find("c2Vj"), std::string::npos) << event.DebugString();
  }
}

TEST(Redaction, KeepsSecretsOutOfTheWholeJournalButDigestsTheOriginal) {
  auto const head =
      text("GET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\nCookie: c2VjcmV0\r\n\r\n");
  auto const garbage = text("\x01 no head\r\nAuthorization: Basic c2VjcmV0\r\n\r\n");
  TapOptions const client{v1::CLIENT, v1::IN, 1, Stream::http_then_pdus};
  for (auto const& cuts : {whole(), pieces_of(1), pieces_of(37)}) {
    for (auto const& event : record(client, {{v1::SENT, joined(head, garbage)}}, cuts)) {
      EXPECT_EQ(event.SerializeAsString().find("c2Vj"), std::string::npos) << event.DebugString();
      if (event.has_head()) {
        EXPECT_EQ(event.head().digest(), Recorder({.start = {}, .digest_key = kKey}).digest(head));
        EXPECT_EQ(event.head().text().size(), head.size());
      }
    }
  }
}

}  // namespace
}  // namespace rpchspec::journal
