#include "protocol/wire/role_heads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rpchspec::wire {
namespace {

RequestOptions options() {
  RequestOptions made;
  made.target = "/rpc/rpcproxy.dll?server:6001";
  made.host = "proxy.example";
  return made;
}

RequestClass class_of(std::string_view method, std::string_view length, std::string auth = {}) {
  RequestHead head;
  head.method = method;
  if (!length.empty()) {
    head.headers.emplace_back("Content-Length", length);
  }
  if (!auth.empty()) {
    head.headers.emplace_back("Authorization", std::move(auth));
  }
  auto const found = classify(head);
  EXPECT_TRUE(found);
  return found.value_or(RequestClass{});
}

// MS-RPCH 2.1.2.1.1 and 2.1.2.1.2: what the text calls MUST and SHOULD is there.
TEST(RoleHeads, ChannelRequestsCarryWhatTheTextAsksFor) {
  auto with_pragmas = options();
  with_pragmas.pragmas.min_conn_timeout = 120;
  with_pragmas.pragmas.session_id = "s";
  with_pragmas.pragmas.resource_type_uuid = "u";
  with_pragmas.extra = {{"Authorization", "Basic dTpw"}};
  auto const head = in_channel_request(with_pragmas);
  EXPECT_EQ(head.method, "RPC_IN_DATA");
  EXPECT_EQ(*find_header(head.headers, "Cache-Control"), "no-cache");
  EXPECT_EQ(*find_header(head.headers, "Connection"), "Keep-Alive");
  EXPECT_EQ(*find_header(head.headers, "Accept"), "application/rpc");
  EXPECT_EQ(*find_header(head.headers, "User-Agent"), "MSRPC");
  EXPECT_EQ(*find_header(head.headers, "Host"), "proxy.example");
  EXPECT_EQ(*find_header(head.headers, "Content-Length"), "1073741824");
  EXPECT_EQ(parse_pragmas(head.headers), with_pragmas.pragmas);
  EXPECT_EQ(head.headers.back().first, "Authorization");
  EXPECT_EQ(*find_header(out_channel_request(options()).headers, "Content-Length"), "76");
}

TEST(RoleHeads, RequestsComeBackFromTheParserAsTheyWere) {
  auto const head = out_channel_request(options());
  auto const parsed = parse_request_head(encode(head));
  ASSERT_TRUE(parsed && *parsed);
  EXPECT_EQ((*parsed)->head, head);
}

TEST(RoleHeads, ResponsesReadAsTheTextPrintsThem) {
  EXPECT_EQ(as_text(encode(out_success(131072))),
            "HTTP/1.1 200 Success\r\nContent-Type: application/rpc\r\n"
            "Content-Length: 131072\r\n\r\n");
  EXPECT_EQ(as_text(encode(echo_success(kHttp10))),
            "HTTP/1.0 200 Success\r\nConnection: Keep-Alive\r\n"
            "Content-Type: application/rpc\r\nContent-Length: 20\r\n\r\n");
}

// MS-RPCH 2.1.1.1.1 and 2.1.1.1.2: no Content-Type, no Content-Length, no coding.
TEST(RoleHeads, HeadsOfV1ReadAsTheTextAsksFor) {
  auto with_credentials = options();
  with_credentials.target = "/?server:6001";
  with_credentials.extra = {{"Authorization", "Basic dTpw"}};
  EXPECT_EQ(as_text(encode(v1_connect_request(with_credentials))),
            "RPC_CONNECT /?server:6001 HTTP/1.1\r\nPragma: No-cache\r\nUser-Agent: RPC\r\n"
            "Host: proxy.example\r\nAuthorization: Basic dTpw\r\n\r\n");
  EXPECT_EQ(as_text(encode(v1_success())), "HTTP/1.1 200 OK\r\n\r\n");
}

struct ClassCase {
  std::string_view method;
  std::string_view length;
  ProxyRole role;
  RequestPurpose purpose;
};

TEST(RequestClass, FollowsMethodAndContentLength) {
  using P = RequestPurpose;
  for (auto const& [method, length, role, purpose] : std::vector<ClassCase>{
           {"RPC_IN_DATA", "0", ProxyRole::inbound, P::echo},
           {"RPC_IN_DATA", "16", ProxyRole::inbound, P::echo},
           {"RPC_IN_DATA", "17", ProxyRole::inbound, P::undefined_length},
           {"RPC_IN_DATA", "76", ProxyRole::inbound, P::undefined_length},
           {"RPC_IN_DATA", "131071", ProxyRole::inbound, P::undefined_length},
           {"RPC_IN_DATA", "131072", ProxyRole::inbound, P::channel},
           {"RPC_IN_DATA", "2147483648", ProxyRole::inbound, P::channel},
           {"RPC_IN_DATA", "2147483649", ProxyRole::inbound, P::undefined_length},
           {"RPC_IN_DATA", "", ProxyRole::inbound, P::no_length},
           {"RPC_OUT_DATA", "4", ProxyRole::outbound, P::echo},
           {"RPC_OUT_DATA", "76", ProxyRole::outbound, P::channel},
           {"RPC_OUT_DATA", "120", ProxyRole::outbound, P::replacement_channel},
           {"RPC_OUT_DATA", "121", ProxyRole::outbound, P::undefined_length},
           {"RPC_OUT_DATA", "1073741824", ProxyRole::outbound, P::undefined_length},
           {"RPC_CONNECT", "", ProxyRole::mixed, P::v1_session},
           {"rpc_in_data", "0", ProxyRole::none, P::other_method},
           {"GET", "", ProxyRole::none, P::other_method},
       }) {
    auto const found = class_of(method, length);
    EXPECT_EQ(found.role, role) << method << " " << length;
    EXPECT_EQ(to_string(found.purpose), to_string(purpose)) << method << " " << length;
  }
}

// AMB-21: where authentication is on, 401 must win over the echo.
TEST(RequestClass, TellsAnAuthenticationLegFromAnEcho) {
  EXPECT_EQ(class_of("RPC_IN_DATA", "0", "NTLM TlRM").purpose, RequestPurpose::authentication_leg);
  EXPECT_EQ(class_of("RPC_OUT_DATA", "0", "negotiate abc").purpose,
            RequestPurpose::authentication_leg);
  EXPECT_EQ(class_of("RPC_IN_DATA", "0", "Basic dTpw").purpose, RequestPurpose::echo);
  EXPECT_EQ(class_of("RPC_IN_DATA", "4", "NTLM TlRM").purpose, RequestPurpose::echo);
}

TEST(RequestClass, PassesOnABadContentLength) {
  RequestHead head;
  head.method = "RPC_IN_DATA";
  head.headers = {{"Content-Length", "x"}};
  EXPECT_FALSE(classify(head));
}

}  // namespace
}  // namespace rpchspec::wire
