#include "reference_proxy/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/wire/base64.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "tests/reference_proxy/open_config.hpp"

namespace rpchspec::proxy {
namespace {

using testing::open_to_all;

Transport const kPlain{};
Transport const kTls{.tls = true};
Transport const kTlsWithCertificate{.tls = true, .client_certificate = true};

wire::RequestHead in_request(std::string target = "/rpc/rpcproxy.dll?exch01:6001") {
  wire::RequestOptions options;
  options.target = std::move(target);
  options.host = "proxy";
  return wire::in_channel_request(options);
}

ProxyConfig with_user() {
  ProxyConfig config;
  config.users = {{"alice", "secret"}};
  return config;
}

void authorize(wire::RequestHead& head, std::string_view pair) {
  wire::set_header(head.headers, "Authorization", "Basic " + wire::base64_encode(as_bytes(pair)));
}

/// 0 when it is not refused.
unsigned status(wire::RequestHead const& head,
                Transport const& transport,
                ProxyConfig const& config) {
  auto const admission = admit(head, transport, config);
  auto const* refusal = std::get_if<Refusal>(&admission);
  return refusal == nullptr ? 0 : refusal->head.status;
}

TEST(Admission, TakesTheServerFromTheUri) {
  auto const admission = admit(in_request(), kPlain, open_to_all());
  auto const* channel = std::get_if<ChannelRequest>(&admission);
  ASSERT_NE(channel, nullptr);
  EXPECT_EQ(channel->role, wire::ProxyRole::inbound);
  EXPECT_EQ(channel->uri.server_name, "exch01");
  EXPECT_EQ(channel->uri.port, Port(6001));
  EXPECT_EQ(channel->content_length, 1U << 30);
}

wire::RequestHead v1_request(std::string target) {
  wire::RequestOptions options;
  options.target = std::move(target);
  return wire::v1_connect_request(options);
}

TEST(Admission, TakesAnRpcConnectRequestInTheRootNamespaceToo) {
  for (auto const* target : {"/?exch01:6004", "/rpc/rpcproxy.dll?exch01:6004"}) {
    auto const admission = admit(v1_request(target), kPlain, open_to_all());
    auto const* v1 = std::get_if<V1Request>(&admission);
    ASSERT_NE(v1, nullptr) << target;
    EXPECT_EQ(v1->uri.server_name, "exch01");
    EXPECT_EQ(v1->uri.port, Port(6004));
  }
}

TEST(Admission, AsksOfAnRpcConnectRequestWhatItAsksOfAll) {
  EXPECT_EQ(status(v1_request("/elsewhere?exch01:6004"), kPlain, open_to_all()), 404U);
  EXPECT_EQ(status(v1_request("/?exch01"), kPlain, open_to_all()), 400U);
  EXPECT_EQ(status(v1_request("/?exch01:6004"), kPlain, with_user()), 403U);
  EXPECT_EQ(status(v1_request("/?exch01:6004"), kTls, with_user()), 401U);
  auto config = open_to_all();
  config.valid_ports = *wire::ValidPorts::parse("exch01:6001");
  EXPECT_EQ(status(v1_request("/?exch01:6004"), kPlain, config), 503U);
  config = open_to_all();
  config.v1 = false;
  EXPECT_EQ(status(v1_request("/?exch01:6001"), kPlain, config), 501U);
}

TEST(Admission, WithoutAllowAnonymousAsksForTlsAndCredentials) {
  auto head = in_request();
  EXPECT_EQ(status(head, kPlain, with_user()), 403U);
  EXPECT_EQ(status(head, kTls, with_user()), 401U);
  authorize(head, "alice:secret");
  EXPECT_EQ(status(head, kTls, with_user()), 0U);
  EXPECT_EQ(status(head, kPlain, with_user()), 403U) << "credentials in the clear";
  authorize(head, "alice:wrong");
  EXPECT_EQ(status(head, kTls, with_user()), 401U);
  authorize(head, "bob:secret");
  EXPECT_EQ(status(head, kTls, with_user()), 401U);
  wire::set_header(head.headers, "Authorization", "Basic !!!");
  EXPECT_EQ(status(head, kTls, with_user()), 401U);
}

TEST(Admission, WithAllowAnonymousAcceptsAll) {
  auto config = with_user();
  config.allow_anonymous = true;
  auto head = in_request();
  EXPECT_EQ(status(head, kPlain, config), 0U);
  EXPECT_EQ(status(head, kTls, config), 0U);
  authorize(head, "alice:secret");
  EXPECT_EQ(status(head, kTls, config), 0U);
}

TEST(Admission, TakesAClientCertificateForCredentialsOnItsPath) {
  auto const head = in_request("/rpcwithcert/rpcproxy.dll?exch01:6001");
  EXPECT_EQ(status(head, kTls, with_user()), 403U);
  EXPECT_EQ(status(head, kTlsWithCertificate, with_user()), 0U);
  EXPECT_EQ(status(in_request(), kTlsWithCertificate, with_user()), 401U);
}

TEST(Admission, KeepsAConnectionBehind401WhereTheBodyIsSmall) {
  auto head = in_request();
  wire::set_header(head.headers, "Content-Length", "0");
  auto admission = admit(head, kTls, with_user());
  EXPECT_TRUE(std::get<Refusal>(admission).keep_connection);
  EXPECT_NE(wire::find_header(std::get<Refusal>(admission).head.headers, "WWW-Authenticate"),
            nullptr);
  admission = admit(in_request(), kTls, with_user());
  EXPECT_FALSE(std::get<Refusal>(admission).keep_connection) << "a gigabyte would have to be read";
}

TEST(Admission, AnswersTheFirstNtlmLegWith401NotAsAnEcho) {
  auto head = in_request();
  wire::set_header(head.headers, "Content-Length", "0");
  wire::set_header(head.headers, "Authorization", "NTLM TlRMTVNTUAABAAAA");
  EXPECT_EQ(status(head, kTls, with_user()), 401U);
}

TEST(Admission, AppliesValidPorts) {
  auto config = open_to_all();
  config.valid_ports = *wire::ValidPorts::parse("exch01:6001-6002;exch01:6004");
  for (auto const port : {6001, 6002, 6004}) {
    EXPECT_EQ(
        status(in_request("/rpc/rpcproxy.dll?EXCH01:" + std::to_string(port)), kPlain, config), 0U);
  }
  auto const refused = admit(in_request("/rpc/rpcproxy.dll?exch01:6003"), kPlain, config);
  EXPECT_EQ(std::get<Refusal>(refused).head.reason, "RPC Error: 5");
  EXPECT_EQ(status(in_request("/rpc/rpcproxy.dll?other:6001"), kPlain, config), 503U);
}

TEST(Admission, RefusesServersThatAreNotMappedWhateverElseIsSet) {
  auto config = open_to_all();
  config.servers = {{"EXCH01", 6001, "127.0.0.1", 4711}, {"::1", 6001, "::1", 4711}};
  auto const of = [&](std::string const& server) {
    return status(in_request("/rpc/rpcproxy.dll?" + server), kPlain, config);
  };
  EXPECT_EQ(of("inner:6001"), 0U);
  config.unmapped = Unmapped::unreachable;  // which the connecting finds out
  EXPECT_EQ(of("inner:6001"), 0U);
  config.unmapped = Unmapped::refused;
  EXPECT_EQ(of("exch01:6001"), 0U);
  EXPECT_EQ(of("[0::1]:6001"), 0U);
  for (auto const defect : {Defect::none, Defect::valid_ports_ignored}) {
    config.defect = defect;
    EXPECT_EQ(of("inner:6001"), 503U);
    EXPECT_EQ(of("exch01:22"), 503U);
    EXPECT_EQ(status(v1_request("/?inner:6001"), kPlain, config), 503U);
  }
  config.valid_ports = *wire::ValidPorts::parse("inner:6001");
  EXPECT_EQ(of("inner:6001"), 503U);
}

TEST(Admission, RefusesWhatIsNoRequestOfRpcOverHttp) {
  auto head = in_request();
  head.method = "GET";
  EXPECT_EQ(status(head, kPlain, open_to_all()), 501U);
  EXPECT_EQ(status(in_request("/other?exch01:6001"), kPlain, open_to_all()), 404U);
  EXPECT_EQ(status(in_request("/rpc/rpcproxy.dll"), kPlain, open_to_all()), 400U);
  EXPECT_EQ(status(in_request("/rpc/rpcproxy.dll?exch01"), kPlain, open_to_all()), 400U);
  EXPECT_EQ(status(in_request("/rpc/rpcproxy.dll?exch01:70000"), kPlain, open_to_all()), 400U);
  head = in_request();
  wire::remove_header(head.headers, "Content-Length");
  EXPECT_EQ(status(head, kPlain, open_to_all()), 411U);
}

TEST(Admission, TakesShortRequestsForEchoes) {
  for (auto const* length : {"0", "4", "16"}) {
    auto head = in_request();
    wire::set_header(head.headers, "Content-Length", length);
    auto const admission = admit(head, kPlain, open_to_all());
    ASSERT_TRUE(std::holds_alternative<EchoRequest>(admission)) << length;
    EXPECT_EQ(std::to_string(std::get<EchoRequest>(admission).body), length);
  }
}

TEST(Admission, EndsTheEchoResponseWithTheEchoPdu) {
  auto request = in_request();
  request.version = wire::kHttp10;
  auto const response = echo_response(request, open_to_all());
  EXPECT_TRUE(as_text(response).starts_with("HTTP/1.0 200 Success\r\n"));
  auto const pdu = wire::encode(wire::echo());
  EXPECT_TRUE(as_text(response).ends_with(as_text(pdu)));
}

TEST(Admission, AnnouncesThatTheConnectionOfAnEchoEnds) {
  auto request = in_request();
  wire::set_header(request.headers, "Connection", "close");
  EXPECT_THAT(as_text(echo_response(request, open_to_all())),
              ::testing::HasSubstr("\r\nConnection: close\r\n"));
  wire::set_header(request.headers, "Connection", "Keep-Alive");
  EXPECT_THAT(as_text(echo_response(request, open_to_all())),
              ::testing::HasSubstr("\r\nConnection: Keep-Alive\r\n"));
}

}  // namespace
}  // namespace rpchspec::proxy
