#include "journal/payload.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace rpchspec::journal {
namespace {

constexpr std::uint64_t kStubKey = 0x1234;

Bytes stub_of(std::size_t size, PayloadPosition const& position, std::uint64_t key = kStubKey) {
  Bytes stub(size);
  fill_payload(stub, key, position);
  return stub;
}

TEST(Payload, SaysWhereItIsFrom) {
  for (std::uint64_t const offset : {0ULL, 5ULL, 65535ULL, 65536ULL, (1ULL << 48) - 1}) {
    for (bool const out : {false, true}) {
      PayloadPosition const position{65535, out, offset};
      EXPECT_EQ(payload_position(stub_of(16, position)), position);
    }
  }
}

TEST(Payload, IsOneStreamWhateverTheStubsThatCarryIt) {
  auto const whole = stub_of(400, {1, true, 0});
  for (std::size_t offset = 0; offset < 40; ++offset) {
    auto const part = stub_of(333, {1, true, offset});
    EXPECT_TRUE(std::equal(part.begin() + 16, part.end(),
                           whole.begin() + static_cast<std::ptrdiff_t>(offset) + 16))
        << offset;
  }
}

TEST(Payload, DiffersWithKeyConnectionAndDirection) {
  auto const body = [](Bytes const& stub) { return Bytes(stub.begin() + 16, stub.end()); };
  auto const one = body(stub_of(64, {1, true, 0}));
  EXPECT_NE(one, body(stub_of(64, {2, true, 0})));
  EXPECT_NE(one, body(stub_of(64, {1, false, 0})));
  EXPECT_NE(one, body(stub_of(64, {1, true, 0}, kStubKey + 1)));
}

TEST(Payload, FindsEveryFlippedBitAtItsOffset) {
  auto stub = stub_of(301, {3, false, 77});
  EXPECT_EQ(first_mismatch(stub, kStubKey), std::nullopt);
  for (std::size_t at = 16; at < stub.size(); ++at) {
    for (auto const bit : {1, 128}) {
      stub[at] = static_cast<std::uint8_t>(stub[at] ^ bit);
      EXPECT_EQ(first_mismatch(stub, kStubKey), at);
      stub[at] = static_cast<std::uint8_t>(stub[at] ^ bit);
    }
  }
}

TEST(Payload, NoticesAChangedMarkNoLaterThanItsFirstWords) {
  auto const stub = stub_of(100, {3, false, 77});
  for (std::size_t at = 0; at < 16; ++at) {
    auto changed = stub;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 2);
    auto const found = first_mismatch(changed, kStubKey);
    ASSERT_TRUE(found) << at;
    EXPECT_LE(*found, 17U) << at;
  }
}

TEST(Payload, IsNotSeenInOtherBytes) {
  EXPECT_EQ(payload_position(Bytes(64)), std::nullopt);
  EXPECT_EQ(payload_position(ByteView(stub_of(16, {1, true, 0})).first(15)), std::nullopt);
}

TEST(PayloadVerifier, AgreesWithTheOneShotFormForEverySegmentation) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    auto stub = stub_of(16 + random() % 300, {9, true, random()});
    if (round % 4 != 0) {
      auto const at = random() % stub.size();
      stub[at] = static_cast<std::uint8_t>(stub[at] ^ (1U << random() % 8));
    }
    PayloadVerifier verifier(kStubKey);
    verifier.add(Bytes(5));
    verifier.restart();
    for (std::size_t at = 0; at < stub.size();) {
      auto const size = std::min<std::size_t>(1 + random() % 40, stub.size() - at);
      verifier.add(ByteView(stub).subspan(at, size));
      at += size;
    }
    EXPECT_EQ(verifier.position(), payload_position(stub));
    if (verifier.position()) {
      EXPECT_EQ(verifier.mismatch(), first_mismatch(stub, kStubKey)) << round;
    } else {
      EXPECT_EQ(verifier.mismatch(), std::nullopt);
    }
  }
}

}  // namespace
}  // namespace rpchspec::journal
