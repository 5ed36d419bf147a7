#include "harness/engine/dispatcher.hpp"

#include <gtest/gtest.h>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::engine {
namespace {

Bytes a2(std::uint8_t cookie) {
  VirtualConnectionCookie vc;
  vc.bytes.fill(cookie);
  return wire::encode(
      wire::conn_a2(1, vc, ChannelCookie(), ChannelLifetime(1 << 30), ReceiveWindowSize(65536)));
}

TEST(KeyOfServerLeg, IsTheCookieOfTheFirstPdu) {
  auto const key = key_of_server_leg(a2(0xAB));
  ASSERT_TRUE(key && *key);
  EXPECT_EQ(**key, "abababababababababababababababab");
}

TEST(KeyOfServerLeg, AsksForMoreUntilThePduIsWhole) {
  auto const bytes = a2(0xAB);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    auto const key = key_of_server_leg(ByteView(bytes).first(size));
    ASSERT_TRUE(key) << size;
    EXPECT_FALSE(key->has_value()) << size;
  }
}

TEST(KeyOfServerLeg, RefusesWhatStartsNoLeg) {
  EXPECT_FALSE(key_of_server_leg(as_bytes("GET / HTTP/1.1\r\n")));
  EXPECT_FALSE(key_of_server_leg(wire::encode(wire::ping())));
}

TEST(KeyOfRequest, IsTheServerNameInLowerCase) {
  auto const key =
      key_of_request(as_bytes("RPC_IN_DATA /rpc/rpcproxy.dll?Case7.RPCHSPEC.test:6001 HTTP/1.1\r\n"
                              "Host: a\r\n\r\n"));
  ASSERT_TRUE(key && *key);
  EXPECT_EQ(**key, "case7.rpchspec.test");
}

TEST(KeyOfRequest, AsksForMoreUntilTheHeadIsWhole) {
  auto const key = key_of_request(as_bytes("RPC_IN_DATA /rpc/rpcproxy.dll?a:6001 HTTP/1.1\r\n"));
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->has_value());
}

}  // namespace
}  // namespace rpchspec::engine
