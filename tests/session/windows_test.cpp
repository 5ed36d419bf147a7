// Both sides of flow control on one channel, counted against each other.

#include <random>

#include <gtest/gtest.h>

#include "protocol/session/receive_window.hpp"
#include "protocol/session/send_window.hpp"

namespace rpchspec::session {
namespace {

constexpr auto k64KiB = ReceiveWindowSize(65536);

wire::FlowControlAckCommand ack(std::uint32_t received, std::uint32_t available) {
  return {BytesReceived(received), AvailableWindow(available), {}};
}

TEST(SendWindow, AdmitsAPduThatExactlyFits) {
  SendWindow const window(k64KiB);
  EXPECT_TRUE(window.admits(RpcPduSize(65536)));
  EXPECT_FALSE(window.admits(RpcPduSize(65537)));
}

// MS-RPCH 3.2.1.5.1.1
TEST(SendWindow, SubtractsTheBytesInFlightFromAnAck) {
  SendWindow window(k64KiB);
  window.on_sent(RpcPduSize(4096));
  window.on_sent(RpcPduSize(4096));
  ASSERT_TRUE(window.on_ack(ack(4096, 65536)));
  EXPECT_EQ(window.available(), AvailableWindow(61440));
}

TEST(SendWindow, IsUnchangedByAnImpossibleAck) {
  SendWindow window(k64KiB);
  window.on_sent(RpcPduSize(1000));
  for (auto const& impossible : {ack(1001, 65536), ack(0, 999), ack(1000, 65537)}) {
    EXPECT_FALSE(window.on_ack(impossible));
    EXPECT_EQ(window.available(), AvailableWindow(64536));
  }
}

TEST(SendWindow, ReadsZeroWhenItWasOverdrawn) {
  SendWindow window(ReceiveWindowSize(8192));
  window.on_sent_regardless(RpcPduSize(10000));
  EXPECT_EQ(window.available(), AvailableWindow(0));
  EXPECT_EQ(window.bytes_sent(), BytesSent(10000));
}

// Latitude: on a leg that goes on with a successor's cookie, counters go on or start again.
TEST(SendWindow, TakesAnAckThatCrossedTheSwitchAlsoWhereTheCountersStartedAgainBefore) {
  SendWindow window(k64KiB);
  window.on_sent(RpcPduSize(40000));
  window.begin_successor();
  ASSERT_TRUE(window.on_ack_of_successor(ack(0, 65536))) << "it starts again";
  window.on_sent(RpcPduSize(60000));
  window.begin_successor();
  ASSERT_TRUE(window.on_ack(ack(50000, 65536))) << "of the 60000 that the first successor sent";
  EXPECT_EQ(window.available(), AvailableWindow(65536 - 10000));
  ASSERT_TRUE(window.on_ack_of_successor(ack(0, 65536)));
  window.on_sent(RpcPduSize(5000));
  ASSERT_TRUE(window.on_ack_of_successor(ack(3000, 65536)));
  EXPECT_EQ(window.available(), AvailableWindow(65536 - 2000));
}

TEST(SendWindow, TakesAnAckThatCrossedTheSwitchWhereTheCountersGoOn) {
  SendWindow window(k64KiB);
  window.on_sent(RpcPduSize(40000));
  for (std::uint32_t sent = 40000; sent < 400000; sent += 40000) {
    window.begin_successor();
    ASSERT_TRUE(window.on_ack(ack(sent - 10000, 65536)));
    ASSERT_TRUE(window.on_ack_of_successor(ack(sent, 65536)));
    EXPECT_EQ(window.available(), AvailableWindow(65536));
    window.on_sent(RpcPduSize(40000));
  }
}

TEST(SendWindow, LearnsFromAnAckThatCrossedTheSwitchThatTheCountersStartedAgain) {
  SendWindow window(k64KiB);
  window.on_sent(RpcPduSize(40000));
  ASSERT_TRUE(window.on_ack(ack(40000, 65536)));
  window.begin_successor();
  window.on_sent(RpcPduSize(30000));
  window.begin_successor();
  ASSERT_TRUE(window.on_ack(ack(20000, 65536))) << "the first that names the first successor";
  EXPECT_EQ(window.available(), AvailableWindow(65536 - 10000));
}

TEST(SendWindow, SeesThatCountersStartedAgainWhereThePredecessorCarriedLittle) {
  SendWindow window(ReceiveWindowSize(8192));
  window.on_sent(RpcPduSize(3000));
  ASSERT_TRUE(window.on_ack(ack(3000, 8192)));
  window.begin_successor();
  window.on_sent(RpcPduSize(4000));
  window.on_sent(RpcPduSize(4000));
  ASSERT_TRUE(window.on_ack_of_successor(ack(4000, 6192))) << "of 8000; of 11000 it can't be";
  EXPECT_EQ(window.available(), AvailableWindow(2192));
}

TEST(ReceiveWindow, TellsAnOverrun) {
  ReceiveWindow window(ReceiveWindowSize(8192));
  EXPECT_EQ(window.on_received(RpcPduSize(8192)), ReceiveWindow::Arrival::within_window);
  EXPECT_EQ(window.on_received(RpcPduSize(1)), ReceiveWindow::Arrival::overrun);
}

TEST(ReceiveWindow, AcknowledgesBelowHalfAndNotAtHalf) {
  ReceiveWindow window(k64KiB);
  window.on_received(RpcPduSize(32768));
  EXPECT_FALSE(window.on_consumed(RpcPduSize(32768)));
  window.on_received(RpcPduSize(1));
  EXPECT_EQ(window.on_consumed(RpcPduSize(1)), ack(32769, 65536));
}

TEST(ReceiveWindow, FollowsItsPolicy) {
  ReceiveWindow every(k64KiB, ReceiveWindow::AckPolicy::every_pdu);
  every.on_received(RpcPduSize(24));
  EXPECT_TRUE(every.on_consumed(RpcPduSize(24)));
  ReceiveWindow never(k64KiB, ReceiveWindow::AckPolicy::never);
  never.on_received(RpcPduSize(65536));
  EXPECT_FALSE(never.on_consumed(RpcPduSize(65536)));
}

TEST(ReceiveWindow, AtLastLeavesRoomForTheLargestPdu) {
  ReceiveWindow window(ReceiveWindowSize(8192), ReceiveWindow::AckPolicy::at_last);
  window.on_received(RpcPduSize(100));
  EXPECT_FALSE(window.on_consumed(RpcPduSize(100)));
  window.on_received(RpcPduSize(5840));
  EXPECT_EQ(window.on_consumed(RpcPduSize(5840)), ack(5940, 8192));
}

TEST(Windows, NeverLetASenderThatObeysOverrunAReceiver) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    ReceiveWindowSize const size(8192 + random() % 250000);
    SendWindow sender(size);
    ReceiveWindow receiver(size);
    std::uint32_t queued = 0;
    for (int step = 0; step < 5000; ++step) {
      RpcPduSize const pdu(24 + random() % 5817);
      if (sender.admits(pdu)) {
        sender.on_sent(pdu);
        ASSERT_EQ(receiver.on_received(pdu), ReceiveWindow::Arrival::within_window);
        queued += pdu.value;
      }
      auto const taken = std::min<std::uint32_t>(queued, random() % 6000);
      queued -= taken;
      if (auto const due = receiver.on_consumed(RpcPduSize(taken))) {
        ASSERT_TRUE(sender.on_ack(*due)) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace rpchspec::session
