#include "protocol/base/bytes.hpp"

#include <gtest/gtest.h>

namespace rpchspec {
namespace {

TEST(Bytes, LoadsAndStoresInBothOrders) {
  Bytes const bytes{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88};
  EXPECT_EQ(load<std::uint8_t>(bytes, 7), 0x88);
  EXPECT_EQ(load<std::uint16_t>(bytes, 1), 0x0302);
  EXPECT_EQ(load<std::uint16_t>(bytes, 1, ByteOrder::big), 0x0203);
  EXPECT_EQ(load<std::uint32_t>(bytes, 0), 0x04030201U);
  EXPECT_EQ(load<std::uint32_t>(bytes, 0, ByteOrder::big), 0x01020304U);
  EXPECT_EQ(load<std::uint64_t>(bytes, 0), 0x8807060504030201U);
  Bytes copy(8);
  store(copy, 0, std::uint64_t{0x0102030405060788}, ByteOrder::big);
  EXPECT_EQ(copy, bytes);
  store(copy, 2, std::uint16_t{0xAABB});
  EXPECT_EQ(copy, (Bytes{0x01, 0x02, 0xBB, 0xAA, 0x05, 0x06, 0x07, 0x88}));
}

TEST(Bytes, StoresSignedValuesAsTheirBits) {
  Bytes bytes(4);
  store<std::int32_t>(bytes, 0, -2);
  EXPECT_EQ(bytes, (Bytes{0xFE, 0xFF, 0xFF, 0xFF}));
  EXPECT_EQ(load<std::int32_t>(bytes, 0), -2);
}

TEST(Bytes, AppendIntegersAndSequences) {
  Bytes bytes;
  append(bytes, std::uint16_t{0x0102});
  append(bytes, std::uint16_t{0x0102}, ByteOrder::big);
  append(bytes, as_bytes("ab"));
  append(bytes, Bytes{9});
  EXPECT_EQ(bytes, (Bytes{0x02, 0x01, 0x01, 0x02, 'a', 'b', 9}));
}

TEST(Bytes, AreTextWithoutInterpretation) {
  std::string_view const text("a\0\xFF", 3);
  EXPECT_EQ(as_bytes(text).size(), 3U);
  EXPECT_EQ(as_text(as_bytes(text)), text);
}

}  // namespace
}  // namespace rpchspec
