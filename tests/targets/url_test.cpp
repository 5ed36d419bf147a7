#include "harness/targets/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::targets {
namespace {

using testing::HasSubstr;

std::string why_not(std::string_view text) {
  auto const url = parse_url(text);
  return url ? "" : url.error().detail;
}

TEST(Url, TakesSchemeHostPortAndPath) {
  auto const url = parse_url("https://gw.example:8443/rpc/rpcproxy.dll");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "gw.example");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/rpc/rpcproxy.dll");
}

TEST(Url, FillsInPortAndPath) {
  EXPECT_EQ(parse_url("http://gw")->port, 80);
  EXPECT_EQ(parse_url("https://gw/")->port, 443);
  EXPECT_EQ(parse_url("https://gw/")->path, "/rpc/rpcproxy.dll");
}

TEST(Url, TakesAnAddressOfVersionSix) {
  auto const url = parse_url("http://[::1]:8080");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
}

TEST(Url, SaysWhatIsWrong) {
  EXPECT_THAT(why_not(""), HasSubstr("empty"));
  EXPECT_THAT(why_not("gw.example:80"), HasSubstr("did you mean 'http://gw.example:80'?"));
  EXPECT_THAT(why_not("ftp://gw"), HasSubstr("not http or https"));
  EXPECT_THAT(why_not("http://"), HasSubstr("host is missing"));
  EXPECT_THAT(why_not("http://gw:"), HasSubstr("port is missing"));
  EXPECT_THAT(why_not("http://gw:0"), HasSubstr("1..65535"));
  EXPECT_THAT(why_not("http://gw:70000"), HasSubstr("1..65535"));
  EXPECT_THAT(why_not("http://::1:80"), HasSubstr("brackets"));
  EXPECT_THAT(why_not("http://[::1"), HasSubstr("not closed"));
  EXPECT_THAT(why_not("http://gw/rpc/rpcproxy.dll?exch:6001"), HasSubstr("no query"));
  EXPECT_THAT(why_not("http://g w"), HasSubstr("no host name"));
}

TEST(Url, DoesNotRepeatAPassword) {
  auto const why = why_not("http://ann:secret@gw");
  EXPECT_THAT(why, HasSubstr("--user"));
  EXPECT_EQ(why.find("secret"), std::string::npos);
}

TEST(Ports, AreThreeOrFour) {
  EXPECT_EQ(*parse_ports("6001,6002,6004"), (std::vector<std::uint16_t>{6001, 6002, 6004}));
  EXPECT_EQ(*parse_ports("0,0,0"), (std::vector<std::uint16_t>{0, 0, 0}));
  EXPECT_EQ(*parse_ports("6001,6002,6004,593"),
            (std::vector<std::uint16_t>{6001, 6002, 6004, 593}));
  for (auto const* wrong : {"", "6001", "6001,6002", "1,2,3,4,5", "1,2,x", "1,2,", "1,2,70000"}) {
    EXPECT_FALSE(parse_ports(wrong)) << wrong;
  }
}

TEST(Resolve, TakesHostPortAndAddress) {
  auto const resolve = parse_resolve("gw.example:443:127.0.0.1");
  ASSERT_TRUE(resolve);
  EXPECT_EQ(resolve->host, "gw.example");
  EXPECT_EQ(resolve->port, 443);
  EXPECT_EQ(resolve->address, "127.0.0.1");
  EXPECT_EQ(parse_resolve("gw:443:[::1]")->address, "::1");
  EXPECT_FALSE(parse_resolve("gw:443"));
  EXPECT_FALSE(parse_resolve("gw:443:there"));
}

}  // namespace
}  // namespace rpchspec::targets
