// What a proxy chose where either is right, read off journals.

#include "reports/choices.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "monitor_fixture.hpp"
#include "reports/judge.hpp"

namespace rpchspec::reports::test {
namespace {

/// All that was chosen about a subject, joined by " | "; empty: nobody could tell.
std::string chosen(JournalBuilder const& journal,
                   std::string_view subject,
                   scenario::v1::Scenario const& scenario = {}) {
  Surroundings around(scenario);
  ChoiceSet set;
  for (auto const& event : journal.events()) {
    set.on_event(around.see(event));
  }
  set.finish(around);
  std::string text;
  for (auto const& each : set.choices()) {
    if (each.subject == subject) {
      text += (text.empty() ? "" : " | ") + each.chosen;
    }
  }
  return text;
}

constexpr End kSuccessorOut{v1::CLIENT, v1::OUT, 12, 1};

TEST(Choices, TellTheByteOrderOfClientAddress) {
  auto const of = [](std::array<std::uint8_t, 4> bytes, std::string client = "10.1.2.3:40000") {
    wire::ConnB2 made;
    std::copy(bytes.begin(), bytes.end(), made.client_address.address.begin());
    return chosen(open({.b2 = wire::conn_b2(made), .client = std::move(client)}),
                  "client-address-order");
  };
  EXPECT_EQ(of({3, 2, 1, 10}), "IPv4 reversed");
  EXPECT_EQ(of({10, 1, 2, 3}), "IPv4 in network order");
  EXPECT_EQ(of({10, 9, 9, 9}), "");                  // a NAT's
  EXPECT_EQ(of({1, 2, 2, 1}, "1.2.2.1:40000"), "");  // the same from both ends
}

TEST(Choices, TellWhoseValuesC2Has) {
  auto const of = [](std::uint32_t c2) {
    JournalBuilder journal;
    journal.rts(kServerOut, v1::RECEIVED, a2()).rts(kServerIn, v1::RECEIVED, b2());
    journal.rts(kClientOut, v1::RECEIVED, wire::conn_a3(ConnectionTimeout(120000)));
    journal.rts(kServerOut, v1::SENT,
                wire::conn_c1(1, ReceiveWindowSize(32768), ConnectionTimeout(120000)));
    journal.rts(kClientOut, v1::RECEIVED,
                wire::conn_c2(1, ReceiveWindowSize(c2), ConnectionTimeout(120000)));
    return chosen(journal, "c2-values");
  };
  EXPECT_EQ(of(32768), "ReceiveWindowSize as in CONN/C1");
  EXPECT_EQ(of(65536), "ReceiveWindowSize of its own");
  EXPECT_EQ(of(40000), "");                    // neither: the values monitor's affair
  EXPECT_EQ(chosen(open(), "c2-values"), "");  // C1 has the proxy's own: nobody can tell
}

/// An OUT request at 0 s, CONN/A1 at `pdu`, and a server connection at `connect`.
std::string connected(double connect, double pdu) {
  JournalBuilder journal;
  journal.request(kClientOut, v1::SENT, "RPC_OUT_DATA");
  auto const open_server = [&] { journal.at(connect).opened(kServerOut); };
  if (connect < pdu) {
    open_server();
  }
  journal.at(pdu).rts(kClientOut, v1::SENT,
                      wire::conn_a1(vc_cookie(), cookie(kOut), ReceiveWindowSize(65536)));
  if (connect >= pdu) {
    open_server();
  }
  journal.rts(kServerOut, v1::RECEIVED, a2());
  return chosen(journal, "server-connect");
}

TEST(Choices, TellWhenTheServerIsConnectedTo) {
  EXPECT_EQ(connected(0.01, 2), "at the request");
  EXPECT_EQ(connected(2.01, 2), "at the first PDU");
  EXPECT_EQ(connected(0.01, 0.02), "");  // the PDU came at once: it may have waited in either
  EXPECT_EQ(connected(0.03, 0.02), "");
}

TEST(Choices, TellValuesThatAProxyIsFreeIn) {
  auto const journal = open();
  EXPECT_EQ(chosen(journal, "out-length"), "1073741824");
  EXPECT_EQ(chosen(journal, "receive-window"), "65536 bytes");
  EXPECT_EQ(chosen(journal, "connection-timeout"), "120000 ms");
  EXPECT_EQ(chosen(open({.pragma = "Pragma: MinConnTimeout=120\r\n"}), "connection-timeout"), "");
}

TEST(Choices, SayNothingOfAProxyBehindAFront) {
  EXPECT_EQ(chosen(open({}, "http-front"), "receive-window"), "");
}

/// A virtual connection with pings this many seconds behind each other; `data` s behind the one
/// before comes an RPC PDU, 0: none.
std::string pings(double every, double data = 0, std::uint32_t count = 3) {
  auto journal = open();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (data > 0) {
      journal.at(1 + every * i + data).rpc(kClientOut, v1::RECEIVED, i + 1);
    }
    journal.at(1 + every * (i + 1)).rts(kClientOut, v1::RECEIVED, wire::ping());
  }
  return chosen(journal, "ping-timing");
}

TEST(Choices, TellWhenAProxyPings) {
  EXPECT_EQ(pings(60), "after half the ConnectionTimeout of silence");
  EXPECT_EQ(pings(120), "after the ConnectionTimeout of silence");
  EXPECT_EQ(pings(60, 30), "each half ConnectionTimeout, whatever else it sends");
  EXPECT_EQ(pings(90), "");
  EXPECT_EQ(pings(60, 55, 1), "");
  auto recycled = open();
  recycled.at(120).rts(kSuccessorOut, v1::RECEIVED, wire::ping());
  EXPECT_EQ(chosen(recycled, "ping-timing"), "") << "of the successor's silence nothing is known";
}

/// Acknowledgements of the client's bytes, at these counts, of PDUs this large.
std::string acks(std::vector<std::uint32_t> const& counts, std::uint32_t pdu = 1000) {
  auto journal = open();
  up(journal, 1, pdu);
  for (auto const count : counts) {
    journal.rts(kClientOut, v1::RECEIVED,
                wire::flow_control_ack_with_destination(wire::ForwardDestination::FDClient,
                                                        ack(count, 65536, kIn)));
  }
  return chosen(journal, "acks-in");
}

TEST(Choices, TellWhenAProxyAcknowledges) {
  EXPECT_EQ(acks({1000, 2000}), "after each RPC PDU");
  EXPECT_EQ(acks({33000, 66000}), "when half of its window is used");
  EXPECT_EQ(acks({60000, 93000}), "when half of its window is used") << "the other one was late";
  EXPECT_EQ(acks({60000}), "when hardly any of its window is left");
  EXPECT_EQ(acks({10000}), "before half of its window is used");
  EXPECT_EQ(acks({33000}, 30000), "");  // with PDUs as large as that, all of them look alike
}

TEST(Choices, DoNotTakeAClientThatReadsSlowlyForTheProxysChoice) {
  auto journal = open();
  up(journal, 1);
  for (auto const free : {20000U, 65536U}) {
    journal.rts(kClientOut, v1::RECEIVED,
                wire::flow_control_ack_with_destination(wire::ForwardDestination::FDClient,
                                                        ack(free, free, kIn)));
  }
  EXPECT_EQ(chosen(journal, "acks-in"), "");
}

/// Where it counts anew, what came on the predecessor is acknowledged, too, and not counted.
TEST(Choices, DoNotTakeACountThatStartsAgainForTheThreshold) {
  auto const first_ack_of = [](std::uint8_t channel) {
    auto journal = open();
    journal.rpc(kServerOut, v1::SENT, 1);
    journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(10000, 65536, channel)));
    return chosen(journal, "acks-out");
  };
  EXPECT_EQ(first_ack_of(kOut), "before half of its window is used");
  EXPECT_EQ(first_ack_of(kNext), "");
}

TEST(Choices, TellHowAProxyCountsOnTheOldConnection) {
  auto const of = [](std::uint32_t before, std::uint32_t after) {
    auto journal = open();
    journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(before, 65536, kOut)));
    journal.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(after, 65536, kNext)));
    return chosen(journal, "counters");
  };
  EXPECT_EQ(of(70000, 35000), "starts again");
  EXPECT_EQ(of(70000, 105000), "goes on");
  EXPECT_EQ(of(20000, 35000), "");
  auto r1 = open();
  r1.rts(kServerOut, v1::RECEIVED, wire::flow_control_ack(ack(70000, 65536, kOut)));
  r1.rts({v1::SERVER, v1::OUT, 14, 1}, v1::RECEIVED, wire::flow_control_ack(ack(1, 65536, kNext)));
  EXPECT_EQ(chosen(r1, "counters"), "") << "on a connection of its own";
}

TEST(Choices, TellTheFormOfOutR2A8WhereOutIsRecycled) {
  auto const a8 = [](bool recycling, wire::RtsPduKind kind) {
    auto journal = open();
    if (recycling) {
      journal.rts(kServerOut, v1::SENT, wire::make(wire::RtsPduKind::OutR2A1));
    }
    return chosen(journal.rts(kServerIn, v1::RECEIVED, wire::make(kind)), "out-r2-a8");
  };
  EXPECT_EQ(a8(true, wire::RtsPduKind::OutR2A8), "without Version");
  EXPECT_EQ(a8(true, wire::RtsPduKind::OutR2A7), "with Version");
  EXPECT_EQ(a8(false, wire::RtsPduKind::OutR2A8), "") << "some routed PDU";
}

JournalBuilder exchange(std::string const& method,
                        std::string const& fields,
                        std::string const& target = "/rpc/rpcproxy.dll?server:6001") {
  JournalBuilder journal;
  journal.opened(kClientOut).request(kClientOut, v1::SENT, method, target, fields);
  return journal;
}

TEST(Choices, TellTheFormOfARefusal) {
  auto journal = exchange("RPC_OUT_DATA", "Host: a\r\nContent-Length: 76\r\n");
  journal.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6BA", "Content-Length: 0\r\n", 10);
  EXPECT_EQ(chosen(journal, "error-version"), "HTTP/1.0");
  EXPECT_EQ(chosen(journal, "error-code"), "6ba");
  EXPECT_EQ(chosen(journal, "error-info"), "none");
  EXPECT_EQ(chosen(journal, "refusal-time"), "at the request");
  auto garbled = exchange("RPC_OUT_DATA", "Host: a\r\nContent-Length: 76\r\n");
  garbled.raw(kClientOut, v1::SENT, "no PDU", "body");
  garbled.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 6BA", "Content-Length: 0\r\n");
  EXPECT_EQ(chosen(garbled, "refusal-time"), "") << "it is no server that is refused";
  auto other = exchange("RPC_OUT_DATA", "Host: a\r\nContent-Length: 76\r\n");
  other.at(1).rts(kClientOut, v1::SENT,
                  wire::conn_a1(vc_cookie(), cookie(kOut), ReceiveWindowSize(65536)));
  other.response(kClientOut, v1::RECEIVED, 503, "RPC Error: 5, EEInfo: AAAA",
                 "Content-Length: 20\r\n");
  other.raw(kClientOut, v1::RECEIVED, "RPC EEInfo:AAAA\r\n", "body");
  EXPECT_EQ(chosen(other, "error-version"), "HTTP/1.1");
  EXPECT_EQ(chosen(other, "error-info"), "in the line | in the body");
  EXPECT_EQ(chosen(other, "refusal-time"), "at the first PDU");
}

TEST(Choices, TellAnswersToWhatIsNoChannel) {
  auto const answer = [](JournalBuilder journal, std::uint32_t status, std::string_view subject) {
    journal.response(kClientOut, v1::RECEIVED, status, "Answer", "Content-Length: 0\r\n");
    return chosen(journal, subject);
  };
  auto const* const fields = "Host: a\r\nContent-Length: 76\r\n";
  EXPECT_EQ(answer(exchange("GET", fields), 405, "wrong-method"), "405");
  EXPECT_EQ(answer(exchange("RPC_OUT_DATA", fields, "/other?a:1"), 404, "wrong-path"), "404");
  EXPECT_EQ(answer(exchange("RPC_OUT_DATA", fields, "/rpc/rpcproxy.dll"), 400, "wrong-query"),
            "400");
  EXPECT_EQ(answer(exchange("RPC_OUT_DATA", "Host: a\r\n"), 411, "no-length"), "411");
  EXPECT_EQ(answer(exchange("RPC_OUT_DATA", "Content-Length: 76\r\n"), 400, "no-host"), "400");
  EXPECT_EQ(answer(exchange("RPC_OUT_DATA", fields), 403, "no-credentials"), "403 without TLS");
  EXPECT_EQ(
      answer(exchange("RPC_OUT_DATA", fields, "/rpc/rpcproxy.dll?[::1]:6001"), 503, "ipv6-server"),
      "[::1]:port: 503");
  EXPECT_EQ(answer(exchange("RPC_CONNECT", fields, "/?server:6001"), 404, "v1-url"),
            "/?host:port: 404");
}

TEST(Choices, TellWhatBecomesOfALengthThatIsNotDefined) {
  auto const asked = [](char const* length) {
    return exchange("RPC_OUT_DATA", fmt::format("Host: a\r\nContent-Length: {}\r\n", length));
  };
  EXPECT_EQ(chosen(asked("77"), "odd-length"), "OUT, 77 to 119: not refused");
  auto refused = asked("77");
  refused.response(kClientOut, v1::RECEIVED, 400, "Bad Request");
  EXPECT_EQ(chosen(refused, "odd-length"), "OUT, 77 to 119: 400");
  auto closed = asked("1073741824");
  closed.ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(chosen(closed, "odd-length"), "OUT, above 120: closed");
  EXPECT_EQ(chosen(asked("76"), "odd-length"), "");
}

TEST(Choices, TellWhetherAConnectionStaysBehindAnEcho) {
  auto const echo = [](std::string const& fields = {}) {
    auto journal = exchange("RPC_OUT_DATA", "Host: a\r\nContent-Length: 4\r\n");
    journal.response(kClientOut, v1::RECEIVED, 200, "Success", "Content-Length: 20\r\n" + fields);
    return journal;
  };
  EXPECT_EQ(chosen(echo(), "after-echo"), "");
  EXPECT_EQ(chosen(echo("Connection: close\r\n"), "after-echo"), "closed");
  EXPECT_EQ(chosen(echo().ended(kClientOut, v1::RECEIVED, v1::FIN), "after-echo"), "closed");
  auto asked = exchange("RPC_OUT_DATA", "Content-Length: 4\r\nConnection: close\r\n");
  asked.response(kClientOut, v1::RECEIVED, 200, "Success", "Connection: close\r\n");
  EXPECT_EQ(chosen(asked, "after-echo"), "") << "as the client wants it";
  auto ours = echo().ended(kClientOut, v1::SENT, v1::FIN).ended(kClientOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(chosen(ours, "after-echo"), "");
  auto again = echo();
  again.request(kClientOut, v1::SENT, "RPC_OUT_DATA").response(kClientOut, v1::RECEIVED, 200, "");
  EXPECT_EQ(chosen(again, "after-echo"), "stays open");
}

TEST(Choices, TellHowChannelsAreClosed) {
  auto journal = open();
  journal.ended(kClientOut, v1::RECEIVED, v1::RST).ended(kServerOut, v1::RECEIVED, v1::FIN);
  EXPECT_EQ(chosen(journal, "close-to-client"), "by RST");
  EXPECT_EQ(chosen(journal, "close-to-server"), "by FIN");
  auto ours = open();
  ours.ended(kClientOut, v1::SENT, v1::FIN).ended(kClientOut, v1::RECEIVED, v1::RST);
  EXPECT_EQ(chosen(ours, "close-to-client"), "");
}

TEST(Choices, TellWhatComesFirstAtASuccessorOfOut) {
  auto const of = [](bool b3_first) {
    auto journal = open();
    journal.opened(kSuccessorOut);
    auto const b3 = [&] {
      journal.rts(kClientOut, v1::RECEIVED, wire::make(wire::RtsPduKind::OutR2B3));
    };
    if (b3_first) {
      b3();
    }
    journal.response(kSuccessorOut, v1::RECEIVED, 200, "Success", kSuccess);
    if (!b3_first) {
      b3();
    }
    return chosen(journal, "out-r2-order");
  };
  EXPECT_EQ(of(true), "OUT_R2/B3 before 200");
  EXPECT_EQ(of(false), "200 before OUT_R2/B3");
}

TEST(Choices, AreTheSameWhenAJournalIsJudgedAgainAndNoPartOfTheVerdict) {
  scenario::v1::Scenario scenario;
  scenario.set_id("test/case");
  auto const judged = [&](std::array<std::uint8_t, 4> address) {
    wire::ConnB2 made;
    std::copy(address.begin(), address.end(), made.client_address.address.begin());
    auto const journal = open({.b2 = wire::conn_b2(made)}).finished().bytes();
    auto const first = judge(scenario, journal, {}).result;
    EXPECT_EQ(judge(scenario, journal, {}).result.choices, first.choices);
    EXPECT_TRUE(
        std::count(first.choices.begin(), first.choices.end(),
                   model::Choice{"client-address-order",
                                 address[0] == 1 ? "IPv4 reversed" : "IPv4 in network order"}));
    return first.verdict;
  };
  EXPECT_EQ(judged({1, 0, 0, 127}), judged({127, 0, 0, 1}));
}

}  // namespace
}  // namespace rpchspec::reports::test
