#include "protocol/wire/uuid.hpp"

#include <gtest/gtest.h>

#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kText = "a4f1db00-ca47-1067-b31f-00dd010662da";

TEST(Uuid, ReadsAndWritesItsText) {
  auto const uuid = parse_uuid(kText);
  ASSERT_TRUE(uuid.has_value());
  EXPECT_EQ(to_string(*uuid), kText);
  EXPECT_EQ(parse_uuid("A4F1DB00-CA47-1067-B31F-00DD010662DA"), uuid);
}

TEST(Uuid, RefusesWhatIsNotOne) {
  EXPECT_FALSE(parse_uuid(""));
  EXPECT_FALSE(parse_uuid("a4f1db00-ca47-1067-b31f-00dd010662d"));
  EXPECT_FALSE(parse_uuid("a4f1db00-ca47-1067-b31f-00dd010662dg"));
  EXPECT_FALSE(parse_uuid("a4f1db00ca47--1067-b31f-00dd010662da"));
}

TEST(Uuid, SwapsItsIntegersAndNotItsBytes) {
  auto const uuid = parse_uuid(kText).value();
  Bytes little;
  Bytes big;
  append_uuid(little, uuid, ByteOrder::little);
  append_uuid(big, uuid, ByteOrder::big);
  EXPECT_EQ(support::hex(little), "00dbf1a447ca6710b31f00dd010662da");
  EXPECT_EQ(support::hex(big), "a4f1db00ca471067b31f00dd010662da");
  EXPECT_EQ(load_uuid(little, 0, ByteOrder::little), uuid);
  EXPECT_EQ(load_uuid(big, 0, ByteOrder::big), uuid);
}

TEST(Uuid, NilIsAllZero) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_FALSE(parse_uuid(kText)->is_nil());
}

}  // namespace
}  // namespace rpchspec::wire
