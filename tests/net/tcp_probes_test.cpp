#include "net/tcp_probes.hpp"

#include <array>

#include <gtest/gtest.h>

#include "support.hpp"

namespace rpchspec::net {
namespace {

constexpr std::uint16_t kProxy = 40000;
constexpr std::uint16_t kServer = 6001;

struct Segment {
  std::uint16_t from = kProxy;
  std::uint16_t to = kServer;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::size_t size = 0;
  std::uint8_t flags = 0x10;
};

void put(Bytes& bytes, std::size_t at, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
  }
}

/// With a TCP header of 32 bytes, as one with timestamps has.
Bytes packet(Segment const& segment) {
  Bytes bytes(20 + 32 + segment.size);
  bytes[0] = 0x45;
  bytes[9] = 6;
  put(bytes, 2, static_cast<std::uint32_t>(bytes.size()), 2);
  put(bytes, 20, segment.from, 2);
  put(bytes, 22, segment.to, 2);
  put(bytes, 24, segment.sequence, 4);
  put(bytes, 28, segment.acknowledged, 4);
  bytes[32] = 0x80;
  bytes[33] = segment.flags;
  return bytes;
}

Segment from_server(std::uint32_t acknowledged) {
  return {kServer, kProxy, 500, acknowledged, 0, 0x10};
}

Segment from_proxy(std::uint32_t sequence, std::size_t size = 0) {
  return {kProxy, kServer, sequence, 500, size, 0x10};
}

TEST(ProbeFinder, KnowsAProbeByItsSequenceNumber) {
  ProbeFinder finder(kProxy, kServer);
  EXPECT_FALSE(finder.on_packet(packet(from_server(1000))));
  EXPECT_FALSE(finder.on_packet(packet(from_proxy(1000)))) << "a plain acknowledgement";
  EXPECT_TRUE(finder.on_packet(packet(from_proxy(999))));
  EXPECT_TRUE(finder.on_packet(packet(from_proxy(999, 1)))) << "some send an octet again";
  EXPECT_FALSE(finder.on_packet(packet(from_proxy(999, 2)))) << "a segment sent again";
  EXPECT_FALSE(finder.on_packet(packet(from_proxy(1000, 1)))) << "a new octet";
}

TEST(ProbeFinder, LearnsFromTheAnswerWhereNothingWasSeenBefore) {
  ProbeFinder finder(kProxy, kServer);
  EXPECT_FALSE(finder.on_packet(packet(from_proxy(999))));
  EXPECT_TRUE(finder.on_packet(packet(from_server(1000))));
  ProbeFinder other(kProxy, kServer);
  EXPECT_FALSE(other.on_packet(packet(from_proxy(999, 1))));
  EXPECT_FALSE(other.on_packet(packet(from_server(1000)))) << "it may have been a new octet";
}

TEST(ProbeFinder, WrapsAroundWithTheSequenceNumbers) {
  ProbeFinder finder(kProxy, kServer);
  EXPECT_FALSE(finder.on_packet(packet(from_server(0))));
  EXPECT_TRUE(finder.on_packet(packet(from_proxy(0xFFFFFFFF))));
}

TEST(ProbeFinder, LooksAtNoOtherConnection) {
  ProbeFinder finder(kProxy, kServer);
  EXPECT_FALSE(finder.on_packet(packet(from_server(1000))));
  auto stranger = from_proxy(999);
  stranger.from = 40001;
  EXPECT_FALSE(finder.on_packet(packet(stranger)));
  auto reset = from_proxy(999);
  reset.flags = 0x14;
  EXPECT_FALSE(finder.on_packet(packet(reset)));
}

TEST(ProbeFinder, SurvivesAnyTruncation) {
  auto const whole = packet(from_proxy(999));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ProbeFinder finder(kProxy, kServer);
    EXPECT_FALSE(finder.on_packet(packet(from_server(1000))));
    EXPECT_FALSE(finder.on_packet(ByteView(whole).first(size))) << size;
  }
}

}  // namespace
}  // namespace rpchspec::net
