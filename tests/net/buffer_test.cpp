#include "net/buffer.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace rpchspec::net {
namespace {

TEST(ReadBuffer, IsAtLeastOnePduAndAHeaderLarge) {
  EXPECT_EQ(ReadBuffer(1).capacity(), kLeastReadBufferSize);
  EXPECT_EQ(ReadBuffer().capacity(), kReadBufferSize);
}

TEST(ReadBuffer, KeepsTheOrderOfBytesThroughAnyFillingAndTaking) {
  ReadBuffer buffer(kLeastReadBufferSize);
  std::uint8_t next_in = 0;
  std::uint8_t next_out = 0;
  std::size_t step = 1;
  for (int turn = 0; turn < 2000; ++turn) {
    step = (step * 7919 + 13) % 40'000;
    if (!buffer.full()) {
      auto const space = buffer.prepare();
      ASSERT_FALSE(space.empty());
      auto const size = std::min(space.size(), step);
      for (std::size_t i = 0; i < size; ++i) {
        space[i] = next_in++;
      }
      buffer.commit(size);
    }
    auto const taken = std::min(buffer.data().size(), (step * 31) % 45'000);
    for (std::size_t i = 0; i < taken; ++i) {
      ASSERT_EQ(buffer.data()[i], next_out++);
    }
    buffer.consume(taken);
  }
}

TEST(ReadBuffer, TakesAppendedBytesOrNone) {
  ReadBuffer buffer;
  Bytes const half(kReadBufferSize / 2, 'x');
  EXPECT_TRUE(buffer.append(half));
  EXPECT_TRUE(buffer.append(half));
  EXPECT_TRUE(buffer.full());
  EXPECT_FALSE(buffer.append(Bytes{1}));
  buffer.consume(1);
  EXPECT_TRUE(buffer.append(Bytes{1}));
  EXPECT_EQ(buffer.data().back(), 1);
}

}  // namespace
}  // namespace rpchspec::net
