#include "harness/engine/frame_buffer.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

constexpr std::size_t kMost = 1000;

Frame refusal(std::string why) {
  Frame frame;
  frame.mutable_refused()->set_why(std::move(why));
  return frame;
}

/// As much of it as there is room for. @return how much.
std::size_t arrive(FrameBuffer& buffer, ByteView bytes) {
  auto const room = buffer.prepare(kMost);
  auto const count = std::min(room.size(), bytes.size());
  std::copy_n(bytes.begin(), count, room.begin());
  buffer.commit(count);
  return count;
}

TEST(FrameBuffer, TakesFramesCutAnywhere) {
  Bytes both = *to_bytes(refusal("one"));
  auto const second = *to_bytes(refusal(std::string(500, 'x')));
  both.insert(both.end(), second.begin(), second.end());
  for (std::size_t cut = 0; cut <= both.size(); ++cut) {
    FrameBuffer buffer;
    std::vector<std::string> came;
    for (auto part : {ByteView(both).first(cut), ByteView(both).subspan(cut)}) {
      part = part.subspan(arrive(buffer, part));
      ASSERT_TRUE(part.empty());
      for (auto next = buffer.next(kMost); next && *next; next = buffer.next(kMost)) {
        came.push_back((*next)->refused().why());
      }
    }
    EXPECT_EQ(came, (std::vector<std::string>{"one", std::string(500, 'x')})) << cut;
  }
}

TEST(FrameBuffer, HoldsWhatArrivedAndNotWhatASizeSpeaksOf) {
  FrameBuffer buffer;
  for (std::uint8_t const byte : {0x00, 0x80, 0x00, 0x00, 0x0A}) {
    auto const room = buffer.prepare(kMostOfAFrame);
    room.front() = byte;
    buffer.commit(1);
  }
  auto const next = buffer.next(kMostOfAFrame);
  ASSERT_TRUE(next);
  EXPECT_FALSE(*next);
  EXPECT_LE(buffer.capacity(), std::size_t{256} << 10);
}

TEST(FrameBuffer, NeverTakesMoreThanTheLargestFrame) {
  FrameBuffer buffer;
  auto const whole = *to_bytes(refusal(std::string(900, 'x')));
  Bytes bytes;
  for (int i = 0; i < 8; ++i) {
    bytes.insert(bytes.end(), whole.begin(), whole.end());
  }
  EXPECT_EQ(arrive(buffer, bytes), 4 + kMost);
  EXPECT_LE(buffer.capacity(), 2 * (4 + kMost));
}

TEST(FrameBuffer, RefusesAFrameThatIsTooLargeByItsSizeAlone) {
  FrameBuffer buffer;
  Bytes const size{0, 0, 3, 0xE9};
  arrive(buffer, size);
  auto const next = buffer.next(kMost);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::too_large);
  EXPECT_EQ(next.error().detail, "a frame of 1001 bytes; 1000 are allowed here");
}

TEST(FrameBuffer, RefusesWhatIsNoFrame) {
  FrameBuffer buffer;
  Bytes const bytes{0, 0, 0, 3, 'a', 'b', 'c'};
  arrive(buffer, bytes);
  auto const next = buffer.next(kMost);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::bad_syntax);
}

}  // namespace
}  // namespace rpchspec::engine
