#include "net/address.hpp"

#include <gtest/gtest.h>

namespace rpchspec::net {
namespace {

TEST(Address, IsNoNameAndStandsWithoutBrackets) {
  for (auto const* const text : {"10.0.0.5", "127.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.5"}) {
    EXPECT_TRUE(is_ip_address(text)) << text;
  }
  for (auto const* const text : {"", "localhost", "gw.example", "[::1]", "10.0.0.5:80", "10.0.0"}) {
    EXPECT_FALSE(is_ip_address(text)) << text;
  }
}

TEST(Address, OfThisMachineAloneIsLoopback) {
  for (auto const* const host : {"localhost", "127.0.0.1", "127.9.8.7", "::1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (auto const* const host : {"", "localhost.example", "127.example", "10.0.0.5", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace rpchspec::net
