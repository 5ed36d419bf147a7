#include "protocol/wire/ee_info.hpp"

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

ExtendedErrorInfo everything() {
  ExtendedErrorRecord first;
  first.computer_name = u"exch01";
  first.process_id = 4711;
  first.time_stamp = 0x01D0'0000'0000'0001;
  first.generating_component = kEeComponentRpcProxy;
  first.status = 1702;
  first.detection_location = 501;
  first.flags = 1;
  first.parameters = {std::monostate(), std::string("a"),   std::u16string(u"b\u00e9"),
                      std::int32_t{-7}, std::int16_t{-300}, EePointer{1ULL << 40},
                      Bytes{1, 2, 3}};
  ExtendedErrorRecord second;
  second.status = 5;
  return {{first, second}};
}

TEST(ExtendedErrorInfo, StandsInSerializationVersionOne) {
  ExtendedErrorRecord record;
  record.status = 5;
  record.generating_component = 14;
  auto const bytes = encode(ExtendedErrorInfo{{record}});
  Bytes const expected{
      0x01, 0x10, 0x08, 0x00, 0xCC, 0xCC, 0xCC, 0xCC,  // common header
      0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // private header: 48 bytes
      0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,  // referent, conformance of Params
      0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x02, 0x00,  // Next, no ComputerName
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // ProcessID, gap
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // TimeStamp
      0x0E, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00,  // GeneratingComponent, Status
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,  // DetectionLocation, Flags, nLen, gap
  };
  EXPECT_EQ(bytes, expected);
}

TEST(ExtendedErrorInfo, ComesBackAsItWas) {
  auto const info = everything();
  auto const back = decode_ee_info(encode(info));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, info);
  EXPECT_EQ(to_string(*back), "status 1702 of component 14 on exch01; status 5 of component 0");
  EXPECT_EQ(*decode_ee_info(encode(ExtendedErrorInfo{})), ExtendedErrorInfo{});
}

TEST(ExtendedErrorInfo, RefusesEveryTruncation) {
  auto const bytes = encode(everything());
  for (std::size_t size = 0; size + 8 < bytes.size(); ++size) {
    EXPECT_FALSE(decode_ee_info(ByteView(bytes).first(size))) << size;
  }
}

TEST(ExtendedErrorInfo, BoundsTheChain) {
  ExtendedErrorInfo info;
  info.records.resize(40);
  auto const back = decode_ee_info(encode(info));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(back->records.size(), kMostEeRecords);
}

TEST(ExtendedErrorInfo, RefusesAnUnknownParameterType) {
  ExtendedErrorRecord record;
  record.parameters = {std::int32_t{1}};
  auto bytes = encode(ExtendedErrorInfo{{record}});
  auto const type = std::find(bytes.rbegin(), bytes.rend(), std::uint8_t{3});
  ASSERT_NE(type, bytes.rend());
  *type = 9;
  EXPECT_FALSE(decode_ee_info(bytes));
}

}  // namespace
}  // namespace rpchspec::wire
