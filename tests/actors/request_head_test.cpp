#include "harness/actors/request_head.hpp"

#include <gtest/gtest.h>

#include "harness/actors/authority.hpp"

namespace rpchspec::actors {
namespace {

namespace scn = scenario::v1;

/// Of a proxy of two nodes, behind an HTTP proxy.
ClientTarget with_credentials() {
  ClientTarget target;
  target.in = {"gateway", 8080, false};
  target.out = {"::1", 8081, false};
  target.tls_in = {"gateway", 8443, true};
  target.forward_proxy = Origin{"between", 3128, false};
  target.server_name = "EXCH01";
  target.ports = {{"store", 6001}};
  target.credentials.user = "ann";
  target.credentials.password = "s3cret";
  return target;
}

/// Whether the request of this method and path carries credentials.
bool carries(std::string const& method, std::string const& path) {
  auto const target = with_credentials();
  scn::Client const conduct;
  scn::Request step;
  step.set_method(method);
  step.set_path(path);
  step.set_query("none");
  auto const head = request_head({target, conduct, session::Channel::in}, step);
  auto const found = as_text(head).find("Authorization: Basic") != std::string_view::npos;
  EXPECT_EQ(found, !credentials_of({target, conduct, session::Channel::in}, step).user.empty());
  return found;
}

TEST(RequestHead, CarriesCredentialsToTheProxyUnderTest) {
  EXPECT_TRUE(carries("RPC_IN_DATA", ""));
  EXPECT_TRUE(carries("GET", "/other"));
  EXPECT_TRUE(carries("OPTIONS", "*"));
  for (auto const* path : {"http://gateway:8080/x", "http://GATEWAY:8080", "http://[::1]:8081/x",
                           "http://[0:0::1]:8081?x", "http://gateway:8443/x"}) {
    EXPECT_TRUE(carries("RPC_IN_DATA", path)) << path;
  }
}

TEST(RequestHead, CarriesCredentialsToNobodyElse) {
  for (auto const* path :
       {"http://inner/x", "http://gateway/x", "http://gateway:8081/x",
        "http://inner:80?@gateway:8080/", "http://gateway:8080@inner/",
        "HTTP://gateway:8080@inner/", "ftp://gateway:8080/x", "inner:443", "gateway.inner:8080"}) {
    EXPECT_FALSE(carries("GET", path)) << path;
  }
  EXPECT_FALSE(carries("CONNECT", "inner:443"));
}

TEST(Authority, IsAHostAndAPort) {
  auto const host_of = [](char const* text) {
    auto const parsed = parse_authority(text);
    return parsed ? parsed->host + " " + std::to_string(parsed->port) : std::string();
  };
  EXPECT_EQ(host_of("gateway:6001"), "gateway 6001");
  EXPECT_EQ(host_of("[::1]:6001"), "::1 6001");
  EXPECT_EQ(host_of("[::1]"), "::1 80");
  EXPECT_EQ(host_of("gateway"), "gateway 80");
  for (auto const* wrong : {"", ":80", "gateway:", "gateway:0", "gateway:80x", "gateway:65536"}) {
    EXPECT_EQ(host_of(wrong), "") << wrong;
  }
}

}  // namespace
}  // namespace rpchspec::actors
