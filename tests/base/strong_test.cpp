#include "protocol/base/strong.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace rpchspec {
namespace {

// Two meanings of a number never turn into one another, nor a bare number into a meaning.
static_assert(!std::is_convertible_v<std::uint32_t, ReceiveWindowSize>);
static_assert(!std::is_convertible_v<ReceiveWindowSize, std::uint32_t>);
static_assert(!std::is_constructible_v<ReceiveWindowSize, AvailableWindow>);
static_assert(!std::is_assignable_v<ChannelCookie&, VirtualConnectionCookie>);

TEST(StrongTypes, CompareByValue) {
  EXPECT_LT(ReceiveWindowSize(1), ReceiveWindowSize(2));
  EXPECT_EQ(Port(6001), Port(6001));
  EXPECT_EQ(ConnectionTimeout().value, 0U);
}

TEST(StrongTypes, CookiesCompareByteByByte) {
  ChannelCookie low;
  ChannelCookie high;
  high.bytes[15] = 1;
  EXPECT_NE(low, high);
  EXPECT_LT(low, high);
}

TEST(StrongTypes, CookiesPrintAs32LowerCaseDigits) {
  RtsCookie cookie;
  cookie.bytes[0] = 0xAB;
  cookie.bytes[15] = 0x0F;
  EXPECT_EQ(to_hex(cookie), "ab00000000000000000000000000000f");
}

}  // namespace
}  // namespace rpchspec
