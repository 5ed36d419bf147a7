#include "journal/redaction.hpp"

#include <random>

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

TEST(Redaction, HidesWhatAPasswordCanBeGuessedFrom) {
  EXPECT_EQ(redacted("Authentication-Info: rspauth=\"6f\"\r\nProxy-Authentication-Info: x\r\n"),
            "Authentication-Info: ************\r\nProxy-Authentication-Info: *\r\n");
  EXPECT_EQ(redacted("WWW-Authenticate: Kerberos YII=\r\n"), "WWW-Authenticate: Kerberos ****\r\n");
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

TEST(Redaction, PassesOverWhatIsNoLetterOfAName) {
  EXPECT_EQ(redacted("\x05{\"Cookie\": \"a\"}\r\n"), "\x05{\"Cookie\": ****\r\n");
  EXPECT_EQ(redacted("Cookies: a\r\n"), "Cookies: a\r\n");
}

TEST(Redaction, EndsAFoldedFieldWithTheHead) {
  EXPECT_EQ(redacted("Cookie: a\r\n\r\n b"), "Cookie: *\r\n\r\n b");
  EXPECT_EQ(redacted("Cookie: a\n\n b"), "Cookie: *\n\n b");
}

TEST(Redaction, SkipsWithoutLosingItsPlace) {
  std::mt19937 random(3);
  constexpr std::string_view kAlphabet[] = {"Cookie",
                                            ":",
                                            " ",
                                            "\r",
                                            "\n",
                                            "\r\n",
                                            "x",
                                            "y z",
                                            "Authorization: Basic ",
                                            "www-authenticate: NTLM ",
                                            ",",
                                            "\t",
                                            "secret"};
  for (int round = 0; round < 3000; ++round) {
    std::string all;
    while (all.size() < 60) {
      all += kAlphabet[random() % std::size(kAlphabet)];
    }
    auto const expected = redacted(all);
    Redactor redactor;
    std::string shown;
    for (std::size_t at = 0; at < all.size();) {
      auto const piece = std::min<std::size_t>(1 + random() % 20, all.size() - at);
      auto const bytes = as_bytes(std::string_view(all).substr(at, piece));
      if (redactor.leaves(bytes)) {
        ASSERT_EQ(expected.substr(at, piece), all.substr(at, piece)) << all;
      }
      if (random() % 2 == 0) {
        redactor.skip(bytes);
        shown += expected.substr(at, piece);
      } else {
        redactor.append(bytes, shown);
      }
      at += piece;
    }
    ASSERT_EQ(shown, expected) << all;
  }
}

/// Neither whole nor in pieces does the journal of these bytes hold "c2Vj", wherever it is cut.
void expect_kept_secret(TapOptions const& options, Bytes const& bytes) {
  for (auto const& cuts : {whole(), pieces_of(1), pieces_of(37), at_random(1), at_random(2)}) {
    for (auto const& event : record(options, {{v1::SENT, bytes}}, cuts)) {
      EXPECT_EQ(event.SerializeAsString().find("c2Vj"), std::string::npos) << event.DebugString();
    }
  }
}

TapOptions const kHttpClient{v1::CLIENT, v1::IN, 1, Stream::http_then_pdus};

Bytes secret_head() {
  return text(
      "RPC_IN_DATA /rpc/rpcproxy.dll?a:6001 HTTP/1.1\r\nHost: p\r\n"
      "Authorization: Basic c2Vjc2Vjc2VjcmV0\r\nCookie: c2Vj=c2Vj\r\n\r\n");
}

Bytes head_with_length(std::size_t length) {
  return text("RPC_IN_DATA /a HTTP/1.1\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n");
}

/// As it is for a journal that takes the second head for the body of the first, or for the rest of
/// one, whatever the length that the first announces.
TEST(Redaction, HoldsForASecondRequestOnOneConnection) {
  auto const second = secret_head();
  for (std::size_t length = 0; length <= second.size(); ++length) {
    expect_kept_secret(kHttpClient, joined(head_with_length(length), second, second));
  }
  expect_kept_secret(kHttpClient, joined(head_with_length(1U << 30), second));
}

TEST(Redaction, HoldsForAHeadBehindAPrefix) {
  for (std::string const& prefix :
       std::vector<std::string>{"\x01", "x", "\r\nGET", "GET / HTTP/1.1\r\n",
                                "GET / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n", "Cookie: x",
                                "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n",
                                "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n"}) {
    expect_kept_secret(kHttpClient, joined(text(prefix), secret_head()));
  }
}

/// frag_length says how much of the head behind it a PDU takes in.
TEST(Redaction, HoldsForAHeadThatAPduTakesIn) {
  auto const head = text("\r\nCookie: c2Vjc2VjcmV0\r\nCookie: c2Vj\r\n\r\n");
  for (std::uint8_t const ptype : {std::uint8_t{0}, std::uint8_t{20}}) {
    for (std::uint8_t inside = 0; inside < 40; ++inside) {
      Bytes const header{5, 0, ptype, 3, 0x10, 0, 0, 0, static_cast<std::uint8_t>(16 + inside),
                         0, 0, 0,     0, 0,    0, 0};
      auto const stream = joined(header, head, header, head);
      expect_kept_secret(kHttpClient, joined(head_with_length(1U << 30), stream));
      expect_kept_secret({v1::SERVER, v1::IN, 1, Stream::pdus}, stream);
    }
  }
}

TEST(Redaction, LeavesThePdusBehindAHeadAsTheyAre) {
  auto const stub = text("stub\nwith:\r\n colons: c2Vj");
  auto const events = record(
      kHttpClient, {{v1::SENT, joined(head_with_length(1U << 30), rpc_pdu(stub), ping_pdu())}});
  ASSERT_GE(events.size(), 3U);
  auto const whole_pdu = rpc_pdu(stub);
  EXPECT_EQ(events[1].pdu().prefix(), as_text(ByteView(whole_pdu).first(40)));
  auto const ping = ping_pdu();
  EXPECT_EQ(events[2].pdu().prefix(), as_text(ping));
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
