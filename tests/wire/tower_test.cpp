#include "protocol/wire/tower.hpp"

#include <gtest/gtest.h>

#include "protocol/wire/rpc_calls.hpp"
#include "tests/wire/dcerpc_support.hpp"

namespace rpchspec::wire {
namespace {

using support::from_hex;
using support::hex;

TowerBinding const kStoreByHttp{kStoreInterface, kNdr, TowerProtocol::http, 6001, {10, 1, 2, 3}};

/// Made by impacket 0.10.0 of the same values: EPMTower.getData().
constexpr std::string_view kStoreByHttpOfImpacket =
    "0500"
    "1300 0d00dbf1a447ca6710b31f00dd010662da0000 0200 5100"
    "1300 0d045d888aeb1cc9119fe808002b1048600200 0200 0000"
    "0100 0b 0200 0000"
    "0100 1f 0200 1771"
    "0100 09 0400 0a010203";

Tower store_by_http() {
  return make_tower(kStoreByHttp);
}

ErrorCode why_not(ByteView octets) {
  auto const tower = decode_tower(octets);
  EXPECT_FALSE(tower.has_value());
  return tower ? ErrorCode::io : tower.error().code;
}

TEST(Tower, IsWhatImpacketMakes) {
  EXPECT_EQ(hex(encode(store_by_http())), hex(from_hex(kStoreByHttpOfImpacket)));
}

TEST(Tower, SurvivesARoundTrip) {
  for (auto const transport : {TowerProtocol::http, TowerProtocol::tcp}) {
    auto binding = kStoreByHttp;
    binding.transport = transport;
    auto const tower = decode_tower(encode(make_tower(binding)));
    ASSERT_TRUE(tower.has_value()) << to_string(tower.error());
    EXPECT_EQ(*tower, make_tower(binding));
    EXPECT_EQ(binding_of(*tower), binding);
  }
}

TEST(Tower, IsRefusedWhereverItIsCut) {
  auto const octets = encode(store_by_http());
  for (std::size_t size = 0; size < octets.size(); ++size) {
    EXPECT_EQ(why_not(ByteView(octets).first(size)), ErrorCode::truncated) << size;
  }
}

TEST(Tower, IsRefusedWithMoreBytesThanFloors) {
  auto octets = encode(store_by_http());
  octets.push_back(0);
  EXPECT_EQ(why_not(octets), ErrorCode::bad_value);
}

TEST(Tower, RefusesAFloorWithoutAProtocol) {
  EXPECT_EQ(why_not(from_hex("0100 0000 0000")), ErrorCode::bad_value);
  EXPECT_TRUE(decode_tower(from_hex("0100 0100 1f 0000")).has_value());
}

TEST(Tower, RefusesASizeBeyondItsBytes) {
  EXPECT_EQ(why_not(from_hex("0100 ffff 1f 0200 1771")), ErrorCode::truncated);
  EXPECT_EQ(why_not(from_hex("0100 0100 1f ffff 1771")), ErrorCode::truncated);
}

TEST(Tower, HasNoMoreFloorsThanItsBound) {
  TowerFloor const floor{0x1F, {}, {}};
  EXPECT_TRUE(decode_tower(encode(Tower(kMaxTowerFloors, floor))).has_value());
  EXPECT_EQ(why_not(encode(Tower(kMaxTowerFloors + 1, floor))), ErrorCode::too_large);
  EXPECT_EQ(why_not(from_hex("ffff")), ErrorCode::too_large);
}

TEST(Tower, OfAnotherProtocolIsNotSupported) {
  auto tower = store_by_http();
  tower[3].protocol = 0x0F;  // a named pipe
  EXPECT_EQ(binding_of(tower).error().code, ErrorCode::not_supported);
  tower = store_by_http();
  tower[2].protocol = 0x0A;  // RPC's connectionless protocol
  EXPECT_EQ(binding_of(tower).error().code, ErrorCode::not_supported);
  EXPECT_EQ(binding_of({}).error().code, ErrorCode::not_supported);
}

TEST(Tower, WhoseFloorsAreNotAsLongAsTheirProtocolsSaysNothing) {
  for (std::size_t i = 0; i < store_by_http().size(); ++i) {
    auto longer = store_by_http();
    longer[i].related_data.push_back(0);
    EXPECT_EQ(binding_of(longer).error().code, ErrorCode::bad_value) << i;
    auto shorter = store_by_http();
    shorter[i].related_data.clear();
    EXPECT_EQ(binding_of(shorter).error().code, ErrorCode::bad_value) << i;
    auto other = store_by_http();
    other[i].protocol_data.push_back(0);
    EXPECT_EQ(binding_of(other).error().code, ErrorCode::bad_value) << i;
  }
}

TEST(Tower, WithAFloorTooFewOrTooManySaysNothing) {
  auto tower = store_by_http();
  tower.push_back(tower.back());
  EXPECT_EQ(binding_of(tower).error().code, ErrorCode::bad_value);
  tower.resize(4);
  EXPECT_EQ(binding_of(tower).error().code, ErrorCode::bad_value);
}

}  // namespace
}  // namespace rpchspec::wire
