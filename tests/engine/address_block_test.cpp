#include "harness/engine/address_block.hpp"

#include <set>

#include <gtest/gtest.h>

namespace rpchspec::engine {
namespace {

TEST(AddressBlock, IsHeldByOneAtATime) {
  AddressBlock const one;
  AddressBlock const other;
  EXPECT_NE(one.index(), other.index());
}

TEST(AddressBlock, IsFreeAgainBehindItsHolder) {
  std::uint32_t index = 0;
  {
    AddressBlock const one;
    index = one.index();
  }
  EXPECT_EQ(AddressBlock().index(), index);
}

TEST(AddressBlock, HasAnotherAddressForEachNumber) {
  AddressBlock const block;
  std::set<std::string> addresses;
  for (std::uint32_t number = 0; number < 3000; ++number) {
    auto const address = block.address(number);
    EXPECT_TRUE(address.starts_with("127.1.")) << address;
    EXPECT_TRUE(addresses.insert(address).second) << address;
  }
}

TEST(CaseNumbers, AreOthersForEachOfTwoRunsAndBeginAgainBehindThem) {
  {
    CaseNumbers one;
    CaseNumbers other;
    EXPECT_EQ(one.next(), 1U);
    EXPECT_EQ(other.next(), 2U);
    EXPECT_EQ(one.next(), 3U);
  }
  EXPECT_EQ(CaseNumbers().next(), 1U);
}

}  // namespace
}  // namespace rpchspec::engine
