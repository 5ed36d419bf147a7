#include "protocol/wire/rpc_uri.hpp"

#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

Error refused(std::string const& target) {
  auto const uri = parse_rpc_uri(target);
  EXPECT_FALSE(uri) << target;
  return uri ? Error{} : uri.error();
}

TEST(RpcUri, ReadsEveryFormOfServerName) {
  auto const form = ServerNameForm::name;
  EXPECT_EQ(parse_rpc_uri("/rpc/rpcproxy.dll?mail.example.com:6001"),
            (RpcUri{RpcPath::no_cert, "mail.example.com", Port(6001), form}));
  EXPECT_EQ(parse_rpc_uri("/rpcwithcert/rpcproxy.dll?MAIL_01:6004"),
            (RpcUri{RpcPath::with_cert, "MAIL_01", Port(6004), form}));
  EXPECT_EQ(parse_rpc_uri("/rpc/rpcproxy.dll?5ba9c2a3-0000@example.com:6001")->host(),
            "5ba9c2a3-0000@example.com");
  EXPECT_EQ(parse_rpc_uri("/rpc/rpcproxy.dll?10.0.0.1:593")->form, ServerNameForm::ipv4);
  EXPECT_EQ(parse_rpc_uri("/?old:593")->path, RpcPath::v1_root);
}

// AMB-18: brackets are undefined, the last colon splits.
TEST(RpcUri, ReadsIpv6WithAndWithoutBrackets) {
  auto const bare = parse_rpc_uri("/rpc/rpcproxy.dll?2001:db8::1:6001");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->form, ServerNameForm::ipv6);
  EXPECT_EQ(bare->host(), "2001:db8::1");
  EXPECT_EQ(bare->port, Port(6001));
  auto const bracketed = parse_rpc_uri("/rpc/rpcproxy.dll?[2001:db8::1]:6001");
  ASSERT_TRUE(bracketed);
  EXPECT_EQ(bracketed->host(), bare->host());
  EXPECT_EQ(bracketed->server_name, "[2001:db8::1]");
}

TEST(RpcUri, ComesBackAsItWasWritten) {
  for (auto const* target : {"/rpc/rpcproxy.dll?mail:6001", "/rpcwithcert/rpcproxy.dll?[::1]:1",
                             "/rpc/rpcproxy.dll?::1:65535", "/?old:593"}) {
    EXPECT_EQ(to_string(*parse_rpc_uri(target)), target);
  }
}

TEST(RpcUri, PathsHaveNoCaseAndTheAbsoluteFormIsUnderstood) {
  EXPECT_EQ(parse_rpc_uri("/RPC/RpcProxy.dll?mail:6001")->path, RpcPath::no_cert);
  auto const absolute = parse_rpc_uri("https://proxy:8443/rpc/rpcproxy.dll?mail:6001");
  ASSERT_TRUE(absolute);
  EXPECT_EQ(absolute->server_name, "mail");
  EXPECT_EQ(refused("http://proxy").field, "abs-path");
}

TEST(RpcUri, RefusesOtherPaths) {
  for (auto const* target : {"", "/rpc", "/rpc/rpcproxy.dll/?a:1", "/rpc//rpcproxy.dll?a:1",
                             "rpc/rpcproxy.dll?a:1", "/%72pc/rpcproxy.dll?a:1", "*"}) {
    auto const error = refused(target);
    EXPECT_EQ(error.code, ErrorCode::not_found) << target;
    EXPECT_EQ(requirement_of_uri(error), "RPCH-2.2.2-01");
  }
}

TEST(RpcUri, RefusesAMissingQueryNameOrColon) {
  for (auto const* query : {"", "?", "?mail", "?:6001", "?[:6001", "?a b:6001", "?a/b:6001",
                            "?a:b:6001", "?[mail]:6001", "?2001:db8:::1:6001", "?a#:1"}) {
    auto const error = refused(std::string("/rpc/rpcproxy.dll") + query);
    EXPECT_EQ(error.code, ErrorCode::bad_syntax) << query;
    EXPECT_EQ(requirement_of_uri(error), "RPCH-2.2.2-03") << query;
  }
  EXPECT_EQ(refused("/rpc/rpcproxy.dll?a b:6001").offset, 19U);
}

TEST(RpcUri, PortsHaveOneToSixDigitsAndFitInSixteenBits) {
  EXPECT_EQ(parse_rpc_uri("/rpc/rpcproxy.dll?a:1")->port, Port(1));
  EXPECT_EQ(parse_rpc_uri("/rpc/rpcproxy.dll?a:065535")->port, Port(65535));
  for (auto const* port : {"", "0", "65536", "999999", "0000001", "+1", "6001x", "-1", "6001 "}) {
    auto const error = refused(std::string("/rpc/rpcproxy.dll?a:") + port);
    EXPECT_EQ(requirement_of_uri(error), "RPCH-2.2.2-08") << port;
  }
}

TEST(RpcUri, NamesAreShorterThan1024Characters) {
  EXPECT_TRUE(parse_rpc_uri("/rpc/rpcproxy.dll?" + std::string(1023, 'a') + ":1"));
  auto const error = refused("/rpc/rpcproxy.dll?" + std::string(1024, 'a') + ":1");
  EXPECT_EQ(error.code, ErrorCode::too_large);
  EXPECT_EQ(requirement_of_uri(error), "RPCH-2.2.2-09");
}

TEST(RpcUri, NamesAreNotCutAtAZeroByte) {
  EXPECT_EQ(refused(std::string("/rpc/rpcproxy.dll?::1\0x:1", 25)).field, "server-name");
}

}  // namespace
}  // namespace rpchspec::wire
