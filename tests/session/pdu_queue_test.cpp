#include "protocol/session/pdu_queue.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using testing::rpc;

TEST(PduQueue, GivesPdusBackInOrder) {
  PduQueue queue;
  queue.push(rpc(100, 1));
  queue.push(rpc(200, 2));
  EXPECT_EQ(queue.size(), 300U);
  EXPECT_EQ(queue.front_size(), 100U);
  auto const first = queue.view(queue.pop());
  EXPECT_EQ(Bytes(first.begin(), first.end()), rpc(100, 1));
  auto const second = queue.view(queue.pop());
  EXPECT_EQ(Bytes(second.begin(), second.end()), rpc(200, 2));
  EXPECT_TRUE(queue.empty());
}

TEST(PduQueue, ReadsTheSizeOfABigEndianPdu) {
  auto pdu = rpc(0x0120);
  pdu[4] = 0;
  store<std::uint16_t>(pdu, 8, 0x0120, ByteOrder::big);
  PduQueue queue;
  queue.push(pdu);
  EXPECT_EQ(queue.front_size(), 0x0120U);
}

TEST(PduQueue, KeepsEveryByteOverManyRounds) {
  std::mt19937 random(7);
  PduQueue queue;
  std::uint8_t pushed = 0;
  std::uint8_t popped = 0;
  for (int round = 0; round < 20000; ++round) {
    queue.forget_popped();
    if (random() % 2 == 0) {
      queue.push(rpc(24 + random() % 500, pushed++));
    } else if (!queue.empty()) {
      auto const pdu = queue.view(queue.pop());
      ASSERT_EQ(pdu.back(), popped++);
    }
  }
}

}  // namespace
}  // namespace rpchspec::session
