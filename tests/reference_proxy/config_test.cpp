#include "reference_proxy/config.hpp"

#include <gtest/gtest.h>

namespace rpchspec::proxy {
namespace {

using namespace std::chrono_literals;

std::string first_error(std::string_view text) {
  auto const config = parse_config(text, "proxy.yaml");
  return config ? "" : to_string(config.error().front());
}

TEST(ProxyConfig, ReadsEverySetting) {
  auto const config = parse_config(R"(
listen: [http://127.0.0.1:8080, 'https://[::1]:0']
allow_anonymous: true
users: [alice:secret:with:colons]
auth: [negotiate, NTLM]
extended_protection: require
valid_ports: exch01:6001-6002;exch01:6004
connection_timeout: 30s
receive_window: 64KiB
channel_lifetime: 131072
pings: false
idle_timeout: 15m
servers: [exch01:6001=127.0.0.1:7001]
connect_timeout: 500ms
head_timeout: 10s
max_head: 8KiB
max_connections: 10
on_server_reset: rst
tls_names: proxy.example
client_ca: clients.pem
realm: here
defect: ok-reason
)",
                                   "proxy.yaml");
  ASSERT_TRUE(config) << to_string(config.error().front());
  ASSERT_EQ(config->listen.size(), 2U);
  EXPECT_EQ(config->schemes, (std::vector{AuthScheme::negotiate, AuthScheme::ntlm}));
  EXPECT_EQ(config->extended_protection, ExtendedProtection::require);
  EXPECT_EQ(config->listen[1].address, "::1");
  EXPECT_EQ(config->listen[1].scheme, Scheme::https);
  EXPECT_EQ(config->users[0].password, "secret:with:colons");
  EXPECT_EQ(config->connection_timeout, 30s);
  EXPECT_EQ(config->receive_window, ReceiveWindowSize(65536));
  EXPECT_EQ(config->pings, session::Pings::off);
  EXPECT_EQ(config->idle_timeout, Duration(15min));
  EXPECT_EQ(config->servers[0].to_port, 7001);
  EXPECT_EQ(config->client_ca_file, "clients.pem");
  EXPECT_EQ(config->defect, Defect::ok_reason);
  EXPECT_TRUE(config->valid_ports->allows("EXCH01", Port(6002)));
}

TEST(ProxyConfig, DoesNotLoadWithAConnectionTimeoutBelow30SecondsAndSaysWhy) {
  EXPECT_EQ(first_error("connection_timeout: 29s\n").find("proxy.yaml:1:21: connection_timeout"),
            0U)
      << first_error("connection_timeout: 29s\n");
  EXPECT_NE(first_error("connection_timeout: 29s\n").find("29000; allowed are 30000 to"),
            std::string::npos);
  EXPECT_EQ(first_error("connection_timeout: 30s\n"), "");
  EXPECT_EQ(first_error("defect: short-timeout-loads\nconnection_timeout: 10s\n"), "");
  EXPECT_EQ(first_error("connection_timeout: 10s\ndefect: short-timeout-loads\n"), "");
}

TEST(ProxyConfig, NamesTheNearestSetting) {
  auto const error = first_error("\nconection_timeout: 30s\n");
  EXPECT_EQ(error.find("proxy.yaml:2:1:"), 0U) << error;
  EXPECT_NE(error.find("connection_timeout"), std::string::npos) << error;
}

TEST(ProxyConfig, AsksForUnits) {
  EXPECT_NE(first_error("connection_timeout: 30\n").find("unit"), std::string::npos);
}

TEST(ProxyConfig, RefusesValuesOutOfRange) {
  for (auto const* text :
       {"receive_window: 8191", "receive_window: 257KiB", "channel_lifetime: 131071",
        "channel_lifetime: 3GiB", "ping_traffic_threshold: 8193", "max_head: 512",
        "listen: ftp://x:1", "listen: http://x:99999", "pings: yes", "users: nobody",
        "servers: a=b", "valid_ports: a", "defect: none-such", "certificate: a.pem",
        "auth: [digest]", "extended_protection: on", "on_server_reset: maybe",
        "connection_timeout: 5h"}) {
    EXPECT_NE(first_error(text), "") << text;
  }
}

TEST(ProxyConfig, TellsAllErrorsOfAFile) {
  auto const config = parse_config("pings: 1\nrealm: []\nnonsense: 1\n", "proxy.yaml");
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().size(), 3U);
  auto const ranges = parse_config("max_head: 1\nreceive_window: 1\n", "proxy.yaml");
  ASSERT_FALSE(ranges);
  ASSERT_EQ(ranges.error().size(), 2U);
  EXPECT_EQ(to_string(ranges.error()[1]).find("proxy.yaml:2:17: receive_window"), 0U)
      << to_string(ranges.error()[1]);
}

}  // namespace
}  // namespace rpchspec::proxy
