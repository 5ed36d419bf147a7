#include "protocol/wire/valid_ports.hpp"

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

ValidPorts parsed(std::string_view text) {
  auto const ports = ValidPorts::parse(text);
  EXPECT_TRUE(ports) << text;
  return ports.value_or(ValidPorts{});
}

TEST(ValidPorts, AllowHostsTheirPortsAndRanges) {
  auto const ports = parsed("mail:6001-6002;mail:6004;gc.example.com:6004");
  for (auto const allowed : {6001, 6002, 6004}) {
    EXPECT_TRUE(ports.allows("mail", Port(static_cast<std::uint16_t>(allowed)))) << allowed;
  }
  for (auto const refused : {6000, 6003, 6005}) {
    EXPECT_FALSE(ports.allows("mail", Port(static_cast<std::uint16_t>(refused)))) << refused;
  }
  EXPECT_TRUE(ports.allows("gc.example.com", Port(6004)));
  EXPECT_FALSE(ports.allows("gc.example.com", Port(6001)));
  EXPECT_FALSE(ports.allows("gc", Port(6004))) << "a short name is another host";
}

TEST(ValidPorts, CompareHostsWithoutCaseAndIpv6ByValue) {
  auto const ports = parsed("MAIL.Example.com:6001;[2001:DB8::1]:6004;::1:593");
  EXPECT_TRUE(ports.allows("mail.example.COM", Port(6001)));
  EXPECT_TRUE(ports.allows("2001:db8:0:0:0:0:0:1", Port(6004)));
  EXPECT_TRUE(ports.allows("[::1]", Port(593)));
}

TEST(ValidPorts, PassOverEmptyEntriesAndSpace) {
  EXPECT_EQ(parsed(" mail:1 ;; gc:2-3;\n").rules().size(), 2U);
  EXPECT_TRUE(parsed("").rules().empty());
  EXPECT_FALSE(parsed("").allows("mail", Port(6001)));
}

TEST(ValidPorts, ComeBackFromTheirText) {
  auto const text = "mail:6001-6002;[::1]:6004";
  EXPECT_EQ(to_string(parsed(text)), text);
}

TEST(ValidPorts, SayWhereTheRuleIsWrong) {
  for (auto const& [text, offset] :
       std::vector<std::pair<std::string, std::uint64_t>>{{"mail", 0},
                                                          {"a:1;mail", 4},
                                                          {"a:1; :2", 5},
                                                          {"mail:", 5},
                                                          {"mail:0", 5},
                                                          {"mail:65536", 5},
                                                          {"mail:2-1", 5},
                                                          {"mail:1-", 5},
                                                          {"mail:1-2-3", 5},
                                                          {"mail:x", 5},
                                                          {"*:6001", 0},
                                                          {"ma il:1", 0},
                                                          {"mail:1,2", 5}}) {
    auto const ports = ValidPorts::parse(text);
    ASSERT_FALSE(ports) << text;
    EXPECT_EQ(ports.error().offset, offset) << text;
  }
}

}  // namespace
}  // namespace rpchspec::wire
