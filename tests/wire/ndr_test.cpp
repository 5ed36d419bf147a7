#include "protocol/wire/ndr.hpp"

#include <gtest/gtest.h>

#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::wire {
namespace {

using support::from_hex;
using support::hex;

TEST(Ndr, IntegersAlignToTheirOwnSize) {
  NdrWriter writer;
  writer.u8(1);
  writer.u16(2);
  writer.u8(3);
  writer.u32(4);
  writer.u64(5);
  EXPECT_EQ(hex(writer.bytes()),
            "01000200"
            "03000000"
            "04000000"
            "00000000"
            "0500000000000000");
  NdrReader reader(writer.bytes());
  EXPECT_EQ(reader.u8("a"), 1);
  EXPECT_EQ(reader.u16("b"), 2);
  EXPECT_EQ(reader.u8("c"), 3);
  EXPECT_EQ(reader.u32("d"), 4u);
  EXPECT_EQ(reader.u64("e"), 5u);
  EXPECT_TRUE(reader.finish().has_value());
  EXPECT_EQ(reader.left(), 0u);
}

TEST(Ndr, StringsAreConformantVaryingAndTerminated) {
  NdrWriter writer;
  writer.string("abc");
  writer.wide_string(u"xy");
  EXPECT_EQ(hex(writer.bytes()),
            "04000000"
            "00000000"
            "04000000"
            "61626300"
            "03000000"
            "00000000"
            "03000000"
            "780079000000");
  NdrReader reader(writer.bytes());
  EXPECT_EQ(reader.string("s"), "abc");
  EXPECT_EQ(reader.wide_string("w"), u"xy");
  EXPECT_TRUE(reader.finish().has_value());
}

/// Everything the writer can write, read back.
void round_trip(ByteOrder order) {
  std::uint16_t const shorts[] = {1, 2, 3};
  ContextHandle const handle{7, parse_uuid("12345678-1234-abcd-ef00-0123456789ab").value()};
  int shared = 0;
  NdrWriter writer(order);
  writer.u8(9);
  writer.context_handle(handle);
  writer.conformant_array<std::uint16_t>(shorts);
  writer.varying_array<std::uint16_t>(shorts);
  writer.conformant_varying_array<std::uint16_t>(shorts, 8);
  writer.elements<std::uint16_t>(shorts);
  EXPECT_TRUE(writer.unique_pointer(true));
  EXPECT_FALSE(writer.unique_pointer(false));
  EXPECT_TRUE(writer.full_pointer(&shared));
  EXPECT_FALSE(writer.full_pointer(&shared));
  EXPECT_FALSE(writer.full_pointer(nullptr));
  writer.embedded_ref_pointer();
  writer.string("end");

  NdrReader reader(writer.bytes(), order);
  std::vector<std::uint16_t> const expected{1, 2, 3};
  EXPECT_EQ(reader.u8("first"), 9);
  EXPECT_EQ(reader.context_handle("handle"), handle);
  EXPECT_EQ(reader.conformant_array<std::uint16_t>("a"), expected);
  EXPECT_EQ(reader.varying_array<std::uint16_t>("b"), expected);
  EXPECT_EQ(reader.conformant_varying_array<std::uint16_t>("c"), expected);
  EXPECT_EQ(reader.elements<std::uint16_t>(3, "d"), expected);
  EXPECT_TRUE(reader.unique_pointer("u"));
  EXPECT_FALSE(reader.unique_pointer("null"));
  auto const first = reader.full_pointer("f");
  auto const second = reader.full_pointer("f");
  EXPECT_TRUE(first.first);
  EXPECT_FALSE(second.first);
  EXPECT_EQ(first.referent, second.referent);
  EXPECT_EQ(reader.full_pointer("f").referent, 0u);
  reader.embedded_ref_pointer("r");
  EXPECT_EQ(reader.string("s"), "end");
  ASSERT_TRUE(reader.finish().has_value()) << to_string(reader.finish().error());
  EXPECT_EQ(reader.left(), 0u);

  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    NdrReader cut(writer.bytes().first(size), order);
    cut.u8("first");
    cut.context_handle("handle");
    cut.conformant_array<std::uint16_t>("a");
    cut.varying_array<std::uint16_t>("b");
    cut.conformant_varying_array<std::uint16_t>("c");
    cut.elements<std::uint16_t>(3, "d");
    for (int i = 0; i < 6; ++i) {
      cut.u32("pointer");
    }
    cut.string("s");
    ASSERT_FALSE(cut.finish().has_value()) << size;
    EXPECT_EQ(cut.finish().error().code, ErrorCode::truncated) << size;
  }
}

TEST(Ndr, EverythingSurvivesARoundTripAndACutInLittleEndian) {
  round_trip(ByteOrder::little);
}

TEST(Ndr, EverythingSurvivesARoundTripAndACutInBigEndian) {
  round_trip(ByteOrder::big);
}

TEST(Ndr, ACountIsRefusedBeforeMemoryIsTaken) {
  auto const huge = from_hex("ffffffff");
  NdrReader reader(huge);
  EXPECT_TRUE(reader.conformant_array<std::uint32_t>("rgb").empty());
  EXPECT_EQ(reader.finish().error().code, ErrorCode::too_large);
  EXPECT_EQ(reader.finish().error().field, "rgb");

  auto const long_promise = from_hex(
      "00000100"
      "61");
  NdrReader truncated(long_promise);
  EXPECT_TRUE(truncated.conformant_array<std::uint8_t>("rgb").empty());
  EXPECT_EQ(truncated.finish().error().code, ErrorCode::truncated);
}

TEST(Ndr, AnActualCountAboveTheMaximumIsRefused) {
  auto const bytes = from_hex(
      "02000000"
      "00000000"
      "03000000"
      "616200");
  NdrReader reader(bytes);
  EXPECT_EQ(reader.string("s"), "");
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_value);
}

TEST(Ndr, AnActualCountThatItsOffsetCarriesAboveTheMaximumIsRefused) {
  auto const bytes = from_hex(
      "03000000"
      "01000000"
      "03000000"
      "010203");
  NdrReader reader(bytes);
  EXPECT_TRUE(reader.conformant_varying_array<std::uint8_t>("rgb").empty());
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_value);
}

TEST(Ndr, OffsetAndCountThatOverflowAreRefused) {
  auto const bytes = from_hex(
      "02000000"
      "ffffffff"
      "03000000"
      "616200");
  NdrReader reader(bytes);
  (void)reader.string("s");
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_value);
}

TEST(Ndr, AStringWithoutTerminatorIsRefused) {
  auto const bytes = from_hex(
      "02000000"
      "00000000"
      "02000000"
      "6162");
  NdrReader reader(bytes);
  (void)reader.string("s");
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_value);
  auto const empty = from_hex(
      "00000000"
      "00000000"
      "00000000");
  NdrReader nothing(empty);
  (void)nothing.string("s");
  EXPECT_FALSE(nothing.ok());
}

TEST(Ndr, TheFirstErrorIsKeptAndLaterReadsGiveZero) {
  auto const bytes = from_hex("0100");
  NdrReader reader(bytes);
  EXPECT_EQ(reader.u32("first"), 0u);
  EXPECT_EQ(reader.u8("second"), 0);
  EXPECT_EQ(reader.finish().error().field, "first");
  EXPECT_EQ(reader.finish().error().offset, 0u);
}

TEST(Ndr, NestingIsBounded) {
  NdrReader reader({}, ByteOrder::little, {100, 2, 10});
  NdrReader::Nesting const one(reader, "one");
  {
    NdrReader::Nesting const two(reader, "two");
    EXPECT_TRUE(reader.ok());
  }
  NdrReader::Nesting const two(reader, "two");
  EXPECT_TRUE(reader.ok());
  NdrReader::Nesting const three(reader, "three");
  EXPECT_EQ(reader.finish().error().field, "three");
}

TEST(Ndr, FullPointersAreBounded) {
  auto const bytes = from_hex(
      "01000000"
      "02000000"
      "03000000");
  NdrReader reader(bytes, ByteOrder::little, {100, 2, 2});
  reader.full_pointer("a");
  reader.full_pointer("b");
  EXPECT_TRUE(reader.ok());
  reader.full_pointer("c");
  EXPECT_EQ(reader.finish().error().code, ErrorCode::too_large);
}

TEST(Ndr, ANullReferencePointerIsRefused) {
  auto const bytes = from_hex("00000000");
  NdrReader reader(bytes);
  reader.embedded_ref_pointer("r");
  EXPECT_EQ(reader.finish().error().code, ErrorCode::bad_value);
}

}  // namespace
}  // namespace rpchspec::wire
