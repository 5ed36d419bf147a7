// Windows, lifetimes and pings while a channel is recycled, and after it.

#include <gtest/gtest.h>

#include "monitor_fixture.hpp"

namespace rpchspec::reports::test {
namespace {

using wire::RtsPduKind;

constexpr End kSecondOut{v1::CLIENT, v1::OUT, 12, 1};
constexpr End kSecondServerIn{v1::SERVER, v1::IN, 13, 1};

/// IN_R2 after so many bytes by the predecessor; the server's window is 10000.
JournalBuilder in_r2(std::uint32_t before) {
  auto journal = open();
  if (before != 0) {
    up(journal, 1, before);
  }
  journal.opened(kSecondIn);
  journal.rts(kSecondIn, v1::SENT, recycling(RtsPduKind::InR2A1, kIn, kNext));
  journal.rts(kServerIn, v1::RECEIVED, recycling(RtsPduKind::InR2A2, 0, kNext));
  journal.rts(kClientIn, v1::SENT, recycling(RtsPduKind::InR2A5, 0, kNext));
  return journal;
}

JournalBuilder& more(JournalBuilder& journal, std::uint32_t content, std::uint32_t size) {
  return journal.rpc(kSecondIn, v1::SENT, content, size)
      .rpc(kServerIn, v1::RECEIVED, content, size);
}

TEST(ForwardingMonitor, CountsWhatThePredecessorWasGivenBeforeWhatItsSuccessorWas) {
  auto const recorded_late = [](std::uint32_t first, std::uint32_t second) {
    auto journal = open();
    journal.opened(kSecondIn).rpc(kSecondIn, v1::SENT, 2).rpc(kClientIn, v1::SENT, 1);
    journal.rpc(kServerIn, v1::RECEIVED, first).rpc(kServerIn, v1::RECEIVED, second);
    return said(journal);
  };
  EXPECT_EQ(recorded_late(1, 2), "");
  EXPECT_EQ(recorded_late(2, 1), "forwarding RPCH-3.2.1.1.4-02");
}

TEST(WindowMonitor, GoesOnBehindInR2WhereCountersGoOnOrStartAgain) {
  auto journal = in_r2(6000);
  more(journal, 2, 4000);
  EXPECT_EQ(said(journal), "") << "10000 in all: the counters went on";
  more(journal, 3, 6000);
  EXPECT_EQ(said(journal), "") << "10000 on the successor: they started again";
  more(journal, 4, 1);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.3-02");
}

TEST(WindowMonitor, TakesAcknowledgementsByTheSuccessorsCookie) {
  auto const acknowledged = [](std::uint8_t named) {
    auto journal = in_r2(0);
    more(journal, 2, 9000);
    journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(9000, 10000, named)));
    more(journal, 3, 9000);
    return said(journal);
  };
  EXPECT_EQ(acknowledged(kNext), "");
  EXPECT_EQ(acknowledged(kIn), "") << "a last one by the predecessor's is lawful";
  EXPECT_EQ(acknowledged(77), "window RPCH-3.2.1.5.1.2-01");
}

TEST(WindowMonitor, LetsAcknowledgementsStartAgainAsWell) {
  auto journal = in_r2(6000);
  more(journal, 2, 4000);
  journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(4000, 10000, kNext)));
  more(journal, 3, 10000);
  EXPECT_EQ(said(journal), "");
  more(journal, 4, 1);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.5.1.1-02");
}

TEST(WindowMonitor, BelievesNoMoreThanTheSuccessorsAcknowledgement) {
  auto journal = in_r2(0);
  more(journal, 2, 9000);
  journal.rts(kServerIn, v1::SENT, wire::flow_control_ack(ack(9000, 2000, kNext)));
  more(journal, 3, 2001);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.5.1.1-02");
}

/// IN_R1 up to IN_R1/A2 at the server.
JournalBuilder in_r1() {
  auto journal = open();
  auto a2 = recycling(RtsPduKind::InR1A2, kIn, kNext);
  a2.commands[4] = wire::ReceiveWindowSizeCommand{ReceiveWindowSize(65536)};
  a2.commands[5] = wire::ConnectionTimeoutCommand{ConnectionTimeout(120000)};
  journal.opened(kSecondIn).opened(kSecondServerIn).rts(kSecondServerIn, v1::RECEIVED, a2);
  return journal;
}

TEST(WindowMonitor, HoldsASuccessorThroughAnotherProxyToItsOwnWindow) {
  auto b2 = wire::make(RtsPduKind::InR1B2);
  b2.commands[0] = wire::ReceiveWindowSizeCommand{ReceiveWindowSize(8192)};
  auto journal = in_r1();
  auto early = journal;
  journal.rts(kSecondServerIn, v1::SENT, b2);
  journal.rpc(kSecondIn, v1::SENT, 1, 8192).rpc(kSecondServerIn, v1::RECEIVED, 1, 8192);
  EXPECT_EQ(said(journal), "");
  journal.rpc(kSecondIn, v1::SENT, 2, 20).rpc(kSecondServerIn, v1::RECEIVED, 2, 20);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.3-02");
  early.rpc(kSecondIn, v1::SENT, 1).rpc(kSecondServerIn, v1::RECEIVED, 1);
  EXPECT_EQ(said(early), "window RPCH-3.2.3.5.5.2-04");
}

/// OUT_R2 whose successor announces a window of 8192 bytes, up to OUT_R2/B3.
JournalBuilder out_r2(std::uint32_t length = 1073741824) {
  auto journal = open();
  auto a3 = recycling(RtsPduKind::OutR2A3, kOut, kNext);
  a3.commands[4] = wire::ReceiveWindowSizeCommand{ReceiveWindowSize(8192)};
  journal.opened(kSecondOut).request(kSecondOut, v1::SENT, "RPC_OUT_DATA");
  journal.rts(kSecondOut, v1::SENT, a3);
  journal.rts(kServerOut, v1::RECEIVED, recycling(RtsPduKind::OutR2A4, 0, kNext));
  journal.rts(kServerOut, v1::SENT, wire::make(RtsPduKind::OutR2B1));
  journal.rts(kClientOut, v1::RECEIVED, wire::make(RtsPduKind::OutR2B3));
  journal.response(
      kSecondOut, v1::RECEIVED, 200, "Success",
      "Content-Type: application/rpc\r\nContent-Length: " + std::to_string(length) + "\r\n");
  return journal;
}

JournalBuilder& down(JournalBuilder& journal, std::uint32_t content, std::uint32_t size) {
  return journal.rpc(kServerOut, v1::SENT, content, size)
      .rpc(kSecondOut, v1::RECEIVED, content, size);
}

TEST(WindowMonitor, CountsASuccessorOutByTheWindowInA3) {
  auto journal = out_r2();
  down(journal, 1, 8192);
  EXPECT_EQ(said(journal), "");
  auto opened = journal;
  down(journal, 2, 20);
  EXPECT_EQ(said(journal), "window RPCH-3.2.4.5.6.1-03");
  opened.rts(kServerOut, v1::SENT,
             wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy,
                                                     ack(8192, 8192, kNext)));
  down(opened, 2, 8192);
  EXPECT_EQ(said(opened), "");
}

TEST(WindowMonitor, LetsNoAckOfThePredecessorOpenTheSuccessor) {
  auto journal = out_r2();
  down(journal, 1, 8192);
  journal.rts(kServerOut, v1::SENT,
              wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy,
                                                      ack(5000, 65536, kOut)));
  down(journal, 2, 8192);
  EXPECT_EQ(said(journal), "window RPCH-3.2.1.5.1.2-01");
}

TEST(LifetimeMonitor, CountsEachSuccessorByItsOwnContentLength) {
  auto journal = out_r2(131072);
  for (std::uint32_t i = 0; i < 3; ++i) {
    journal.rts(kServerOut, v1::SENT,
                wire::flow_control_ack_with_destination(wire::ForwardDestination::FDOutProxy,
                                                        ack(i * 43000, 65536, kNext)));
    down(journal, i, 43000);
  }
  EXPECT_EQ(said(journal), "");
  down(journal, 4, 3000);
  EXPECT_EQ(said(journal), "lifetime RPCH-2.1.2.1.8-02");
}

TEST(LifetimeMonitor, WantsNothingBehindTheLastPdu) {
  auto const then = [](auto const& what) {
    auto journal = out_r2();
    what(journal);
    return said(journal);
  };
  EXPECT_EQ(then([](JournalBuilder& j) { j.raw(kClientOut, v1::RECEIVED, "\1\2\3", "garbage"); }),
            "lifetime RPCH-3.2.4.5.10-04")
      << "a SHOULD: some Windows servers send such bytes";
  EXPECT_EQ(then([](JournalBuilder& j) { j.rts(kClientOut, v1::RECEIVED, wire::ping()); }),
            "lifetime RPCH-3.2.4.6-04");
  EXPECT_EQ(then([](JournalBuilder& j) {
              j.rpc(kServerOut, v1::SENT, 1).rpc(kClientOut, v1::RECEIVED, 1);
            }),
            "lifetime RPCH-3.2.4.5.10-02");
  EXPECT_EQ(then([](JournalBuilder& j) { j.rts(kSecondOut, v1::RECEIVED, wire::ping()); }), "");
}

TEST(LifetimeMonitor, KnowsTheLastPduOfBothSequences) {
  auto journal = open();
  journal.rts(kClientOut, v1::RECEIVED, wire::make(RtsPduKind::OutR1A10));
  journal.raw(kClientOut, v1::RECEIVED, "\1\2\3", "garbage");
  EXPECT_EQ(said(journal), "lifetime RPCH-3.2.4.5.8-04");
  auto plain = open();
  plain.raw(kClientOut, v1::RECEIVED, "\1\2\3", "garbage");
  EXPECT_EQ(said(plain), "lifetime RPCH-2.1.2.1.8-01");
}

/// A successor of OUT that is asked for at 2 s, unplugged at `unplugged`, and pinged on at `ping`.
std::string successor_pinged(double unplugged, double ping, bool through_another = false) {
  auto journal = open();
  journal.at(2).opened(kSecondOut);
  if (through_another) {
    journal.rts(kServerOut, v1::SENT, wire::make(RtsPduKind::OutR1A5));
    journal.rts(kClientOut, v1::RECEIVED, wire::make(RtsPduKind::OutR1A6));
  }
  journal.at(unplugged).response(kSecondOut, v1::RECEIVED, 200, "Success", kSuccess);
  journal.at(ping).rts(kSecondOut, v1::RECEIVED, wire::ping());
  return said(journal);
}

TEST(PingMonitor, WantsSuccessorsToBePingedByTheTimeoutOfTheirVirtualConnection) {
  EXPECT_EQ(successor_pinged(3, 123), "");
  EXPECT_EQ(successor_pinged(3, 200), "pings RPCH-3.2.1.2.2-01");
  EXPECT_EQ(successor_pinged(150, 250), "") << "until then it was plugged";
  EXPECT_EQ(successor_pinged(3, 200, true), "pings RPCH-3.2.1.2.2-01");
}

TEST(PingMonitor, TakesTheTimeoutOfAnotherProxyForItsSuccessorAlone) {
  auto const pinged = [](End const& on, std::uint32_t timeout, double at) {
    auto journal = open();
    auto a6 = wire::make(RtsPduKind::OutR1A6);
    for (auto& command : a6.commands) {
      if (auto* const found = std::get_if<wire::ConnectionTimeoutCommand>(&command)) {
        found->value = ConnectionTimeout(timeout);
      }
    }
    journal.at(2).opened(kSecondOut).rts(kServerOut, v1::SENT, a6);
    journal.rts(kClientOut, v1::RECEIVED, a6);
    journal.response(kSecondOut, v1::RECEIVED, 200, "Success", kSuccess);
    journal.at(at).rts(on, v1::RECEIVED, wire::ping());
    return said(journal);
  };
  EXPECT_EQ(pinged(kSecondOut, 300000, 302), "");
  EXPECT_EQ(pinged(kSecondOut, 300000, 400), "pings RPCH-3.2.1.2.2-01");
  EXPECT_EQ(pinged(kClientOut, 300000, 200), "pings RPCH-3.2.1.2.2-01") << "the one before";
}

/// So many pings at the client, and then the server is told of these sums.
std::string told(std::uint32_t pings, std::initializer_list<std::uint32_t> sums) {
  auto journal = open();
  for (std::uint32_t i = 0; i < pings; ++i) {
    journal.rts(kClientOut, v1::RECEIVED, wire::ping());
  }
  for (auto const sum : sums) {
    journal.rts(kServerOut, v1::RECEIVED, wire::ping_traffic_sent_notify(sum));
  }
  return said(journal);
}

TEST(PingMonitor, AddsUpWhatTheServerIsToldOf) {
  EXPECT_EQ(told(52, {1040}), "");
  EXPECT_EQ(told(52, {1020, 20}), "") << "in two sums";
  EXPECT_EQ(told(52, {1060}), "") << "a ping may be on its way";
  EXPECT_EQ(told(52, {1020}), "") << "and may have overtaken the notification";
  EXPECT_EQ(told(52, {}), "") << "nobody has to tell";
  EXPECT_EQ(told(52, {1040, 1040}), "pings RPCH-2.2.3.5.15-01");
  EXPECT_EQ(told(52, {1080}), "pings RPCH-2.2.3.5.15-01");
  EXPECT_EQ(told(52, {500}), "pings RPCH-2.2.3.5.15-01");
}

TEST(PingMonitor, AsksForNoFullSumOfARecycledChannel) {
  auto journal = out_r2();
  for (std::uint32_t i = 0; i < 5; ++i) {
    journal.rts(kSecondOut, v1::RECEIVED, wire::ping());
  }
  EXPECT_EQ(said(journal.rts(kServerOut, v1::RECEIVED, wire::ping_traffic_sent_notify(20))), "");
  EXPECT_EQ(said(journal.rts(kServerOut, v1::RECEIVED, wire::ping_traffic_sent_notify(200))),
            "pings RPCH-2.2.3.5.15-01");
}

}  // namespace
}  // namespace rpchspec::reports::test
