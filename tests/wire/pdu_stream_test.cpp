#include "protocol/wire/pdu_stream.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

Bytes pdu(std::uint16_t size, std::uint8_t ptype = 0, ByteOrder order = ByteOrder::little) {
  Bytes bytes(size);
  bytes[0] = 5;
  bytes[2] = ptype;
  bytes[4] = order == ByteOrder::little ? 0x10 : 0x00;
  store<std::uint16_t>(bytes, 8, size, order);
  store<std::uint32_t>(bytes, 12, 0x01020304, order);
  return bytes;
}

Bytes stream() {
  Bytes bytes;
  append(bytes, pdu(16));
  append(bytes, pdu(300, 2, ByteOrder::big));
  append(bytes, pdu(20, 20));
  append(bytes, pdu(65535));
  return bytes;
}

/// Feeds the stream in pieces of the given size and gives the sizes of the PDUs that come out.
std::vector<std::size_t> cut(ByteView whole, std::size_t piece) {
  std::vector<std::size_t> sizes;
  Bytes buffered;
  while (!whole.empty()) {
    auto const taken = std::min(piece, whole.size());
    append(buffered, whole.first(taken));
    whole = whole.subspan(taken);
    ByteView left(buffered);
    for (auto next = next_pdu(left); next && *next; next = next_pdu(left)) {
      sizes.push_back((*next)->bytes.size());
    }
    buffered.erase(buffered.begin(), buffered.end() - static_cast<std::ptrdiff_t>(left.size()));
  }
  EXPECT_TRUE(buffered.empty());
  return sizes;
}

TEST(PduStream, IsCutTheSameWayHoweverTheBytesArrive) {
  std::vector<std::size_t> const expected{16, 300, 20, 65535};
  for (auto const piece :
       {std::size_t{1}, std::size_t{7}, std::size_t{16}, std::size_t{1460}, std::size_t{1} << 20}) {
    EXPECT_EQ(cut(stream(), piece), expected) << piece;
  }
}

TEST(PduStream, ReadsTheHeaderInItsOwnByteOrder) {
  auto const bytes = pdu(300, 2, ByteOrder::big);
  ByteView left(bytes);
  auto const next = next_pdu(left);
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->byte_order(), ByteOrder::big);
  EXPECT_EQ((*next)->call_id(), 0x01020304U);
  EXPECT_EQ((*next)->ptype(), 2);
  EXPECT_FALSE((*next)->is_rts());
}

TEST(PduStream, RefusesAnotherVersionAtItsFirstByte) {
  Bytes const bytes{'H'};
  ByteView left(bytes);
  auto const next = next_pdu(left);
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().field, "rpc_vers");
  EXPECT_EQ(left.size(), 1U);
}

TEST(PduStream, RefusesALengthBelowTheHeaderSoThatItAlwaysAdvances) {
  for (std::uint16_t size = 0; size < kCommonHeaderSize; ++size) {
    auto bytes = pdu(16);
    store<std::uint16_t>(bytes, 8, size);
    ByteView left(bytes);
    auto const next = next_pdu(left);
    ASSERT_FALSE(next) << size;
    EXPECT_EQ(next.error().offset, 8U);
  }
}

TEST(LegacyResponse, IsTakenWhole) {
  auto const text = std::string(kLegacyServerResponse) + "\x05";
  for (std::size_t size = 1; size < kLegacyServerResponse.size(); ++size) {
    auto left = as_bytes(std::string_view(text).substr(0, size));
    EXPECT_EQ(take_legacy_response(left), LegacyResponse::incomplete);
    EXPECT_EQ(left.size(), size);
  }
  auto left = as_bytes(text);
  EXPECT_EQ(take_legacy_response(left), LegacyResponse::taken);
  EXPECT_EQ(left.size(), 1U);
  EXPECT_EQ(take_legacy_response(left), LegacyResponse::absent);
}

TEST(LegacyResponse, IsToldFromAPduByItsFirstByte) {
  auto const bytes = pdu(16);
  ByteView left(bytes);
  EXPECT_EQ(take_legacy_response(left), LegacyResponse::absent);
  auto wrong = as_bytes("ncacn_http/1.1");
  EXPECT_EQ(take_legacy_response(wrong), LegacyResponse::malformed);
  ByteView nothing;
  EXPECT_EQ(take_legacy_response(nothing), LegacyResponse::absent);
}

}  // namespace
}  // namespace rpchspec::wire
