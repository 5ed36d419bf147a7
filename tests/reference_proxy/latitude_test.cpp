// The reference proxy as other correct proxies are: each variant of variants.hpp that is none of
// the roles' own (tests/session/latitude_test.cpp has those) does what its title says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_error.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "reference_proxy/admission.hpp"
#include "reference_proxy/channel_config.hpp"
#include "reference_proxy/variants.hpp"
#include "tests/reference_proxy/blocking_socket.hpp"
#include "tests/reference_proxy/open_config.hpp"
#include "tests/reference_proxy/running_proxy.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::proxy {
namespace {

using session::testing::conn_a1;
using session::testing::conn_b1;
using session::testing::rpc;
using testing::BlockingSocket;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::open_to_all;
using testing::request;
using testing::RunningProxy;
using ::testing::StartsWith;
using session::testing::operator+;

/// The configuration that most tests begin with, with this variant; none for "".
ProxyConfig as_variant(std::string_view name) {
  auto config = open_to_all();
  if (!name.empty()) {
    find_variant(name)->apply(config);
  }
  return config;
}

/// The head, and what else comes before the end, of the answer to one request.
std::string answer(ProxyConfig const& config, std::string_view bytes) {
  RunningProxy proxy(config);
  auto client = BlockingSocket::connect_to(proxy.port());
  client.send(bytes);
  auto text = client.receive_head();
  auto const length = text.find("Content-Length: ");
  if (length != text.npos) {
    auto const body = client.receive(std::stoul(text.substr(length + 16)));
    text += as_text(body);
  }
  return text;
}

std::string get() {
  return "GET /rpc/rpcproxy.dll HTTP/1.1\r\nHost: proxy\r\nContent-Length: 0\r\n\r\n";
}

/// A channel whose client and server are played by hand. OUT is answered with 200 and CONN/A3.
struct Channel {
  Channel(std::uint16_t proxy, BlockingSocket& listening, std::string_view method)
      : client(BlockingSocket::connect_to(proxy)) {
    auto const is_in = method == "RPC_IN_DATA";
    client.send(request(method, listening.port(), is_in ? 1U << 30 : 76));
    client.send(is_in ? conn_b1() : conn_a1());
    server = listening.accept();
    first = server.receive(is_in ? 128 : 84);
    if (!is_in) {
      head = client.receive_head();
      a3 = client.receive(28);
    }
  }

  BlockingSocket client;
  BlockingSocket server;
  Bytes first, a3;
  std::string head;
};

TEST(Variants, AnswerErrorsInOtherWords) {
  auto config = as_variant("");
  config.unmapped = Unmapped::unreachable;
  auto const channel = request("RPC_IN_DATA", 6001, 1U << 30) + std::string(as_text(conn_b1()));
  EXPECT_THAT(answer(config, channel), StartsWith("HTTP/1.0 503 RPC Error: 6ba\r\n"));
  find_variant("other-rpc-errors")->apply(config);
  EXPECT_THAT(answer(config, channel), StartsWith("HTTP/1.0 503 RPC Error: 000006bf\r\n"));
  EXPECT_FALSE(wire::is_reserved_rpc_error(0x721) || wire::is_reserved_rpc_error(0x6BF));
  find_variant("html-bodies")->apply(config);
  EXPECT_THAT(answer(config, channel), HasSubstr("\r\n\r\n<html>"));
}

TEST(Variants, RefuseWithOtherStatuses) {
  EXPECT_THAT(answer(as_variant(""), get()), StartsWith("HTTP/1.1 501 Not Implemented\r\n"));
  EXPECT_THAT(answer(as_variant("other-refusals"), get()), StartsWith("HTTP/1.1 405 \r\n"));
  EXPECT_THAT(answer(as_variant("other-refusals"), get()), HasSubstr("Allow: RPC_IN_DATA"));
  EXPECT_THAT(answer(as_variant("html-bodies"), get()),
              HasSubstr("Content-Type: text/html\r\nContent-Length: 39"));
}

TEST(Variants, RefuseHeadsThatOthersTake) {
  auto head = request("RPC_OUT_DATA", 6001, 4);
  auto const with = [&](std::string_view line) {
    return head.substr(0, head.size() - 2) + std::string(line) + "\r\n\r\nabcd";
  };
  auto const short_lines = as_variant("lines-of-8k");
  EXPECT_THAT(answer(as_variant(""), with("X: " + std::string(8190, 'x'))),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer(short_lines, with("X: " + std::string(8189, 'x'))),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer(short_lines, with("X: " + std::string(8190, 'x'))),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(answer(short_lines, with("X: a\r\n b")), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer(as_variant(""), with("X: a\r\n b")), StartsWith("HTTP/1.1 200 "));
  auto const hostless = "RPC_IN_DATA /rpc/rpcproxy.dll HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
  EXPECT_THAT(answer(as_variant(""), hostless), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer(as_variant("needs-host"), hostless), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer(as_variant("needs-defined-lengths"), request("RPC_OUT_DATA", 6001, 90)),
              StartsWith("HTTP/1.1 400 "));
}

TEST(Variants, AnswerEchoesOtherwise) {
  auto const echo = request("RPC_IN_DATA", 6001, 0);
  EXPECT_THAT(answer(as_variant(""), echo), StartsWith("HTTP/1.1 200 Success\r\n"));
  EXPECT_THAT(answer(as_variant("echoes-in-http-1.0"), echo),
              StartsWith("HTTP/1.0 200 Success\r\n"));
  EXPECT_THAT(answer(as_variant("echoes-close"), echo), HasSubstr("Connection: close\r\n"));
  {
    RunningProxy proxy(as_variant("echoes-close"));
    auto client = BlockingSocket::connect_to(proxy.port());
    client.send(echo);
    static_cast<void>(client.receive_head());
    EXPECT_EQ(client.receive(20).size(), 20U);
    EXPECT_TRUE(client.receives_end());
  }
  for (auto const* name : {"", "echoes-obey-valid-ports"}) {
    auto config = as_variant(name);
    config.valid_ports = *wire::ValidPorts::parse("inner:6001");
    auto const refused = answer(config, echo).starts_with("HTTP/1.0 503 RPC Error: 5\r\n");
    EXPECT_EQ(refused, *name != '\0');
  }
}

TEST(Variants, CouplesTheHalvesOfAVirtualConnection) {
  for (auto const* name : {"", "ends-both-halves"}) {
    auto server = BlockingSocket::listen_on_any();
    RunningProxy proxy(as_variant(name));
    Channel out(proxy.port(), server, "RPC_OUT_DATA");
    Channel in(proxy.port(), server, "RPC_IN_DATA");
    out.server.close();
    EXPECT_TRUE(out.client.receives_end());
    if (*name != '\0') {
      EXPECT_TRUE(in.client.receives_end());
      EXPECT_TRUE(in.server.receives_end());
    } else {
      in.server.send(wire::encode(wire::conn_b3(ReceiveWindowSize(65536), 1)));
      in.client.send(rpc(500));
      EXPECT_EQ(in.server.receive(500), rpc(500));
    }
  }
}

TEST(Variants, JudgeAKnownCookieOtherwise) {
  for (auto const* name : {"", "known-cookie-ends-newcomer", "known-cookie-ends-both"}) {
    auto server = BlockingSocket::listen_on_any();
    RunningProxy proxy(as_variant(name));
    Channel first(proxy.port(), server, "RPC_OUT_DATA");
    auto newcomer = BlockingSocket::connect_to(proxy.port());
    newcomer.send(request("RPC_OUT_DATA", server.port(), 76));
    newcomer.send(conn_a1());
    if (*name == '\0') {
      EXPECT_EQ(server.accept().receive(84).size(), 84U) << "the server may judge";
      continue;
    }
    EXPECT_TRUE(newcomer.receives_end());
    EXPECT_FALSE(server.has_waiting());
    if (std::string_view(name) == "known-cookie-ends-both") {
      EXPECT_TRUE(first.client.receives_end());
      EXPECT_TRUE(first.server.receives_end());
    } else {
      first.server.send(rpc(500));
      EXPECT_EQ(first.client.receive(500), rpc(500));
    }
  }
}

TEST(Variants, KeepOneCookieTableOrTwo) {
  auto a1 = wire::make(wire::RtsPduKind::InR1A1);
  a1.commands[1] = wire::CookieCommand{{session::testing::kVirtualConnection.bytes}};
  for (auto const* name : {"", "one-cookie-table"}) {
    auto server = BlockingSocket::listen_on_any();
    RunningProxy proxy(as_variant(name));
    Channel out(proxy.port(), server, "RPC_OUT_DATA");
    auto in = BlockingSocket::connect_to(proxy.port());
    in.send(request("RPC_IN_DATA", server.port(), 1U << 30));
    in.send(wire::encode(a1));
    if (*name == '\0') {
      EXPECT_EQ(server.accept().receive(88).size(), 88U) << "IN_R1/A2";
    } else {
      EXPECT_TRUE(in.receives_end());
    }
  }
}

TEST(Variants, AnswerBeforeTheyCloseWhatWasNotAnswered) {
  for (auto const* name : {"", "refuses-at-close"}) {
    auto server = BlockingSocket::listen_on_any();
    RunningProxy proxy(as_variant(name));
    auto client = BlockingSocket::connect_to(proxy.port());
    client.send(request("RPC_OUT_DATA", server.port(), 76));
    client.send(conn_b1());  // no first PDU of OUT
    auto const head = client.receive_head();
    EXPECT_EQ(head.starts_with("HTTP/1.0 503 RPC Error: 6ba\r\n"), *name != '\0') << head;
    EXPECT_TRUE(client.receives_end());
    Channel answered(proxy.port(), server, "RPC_OUT_DATA");
    answered.server.close();
    EXPECT_TRUE(answered.client.receives_end()) << "a second head never comes";
  }
}

TEST(Variants, SetTheTimersOfTheirRoles) {
  auto const nobody = net::Stream();
  auto config = as_variant("");
  config.connection_timeout = kLeastConnectionTimeout;
  config.shared = std::make_shared<Shared>();
  EXPECT_EQ(inbound_config({}, nobody, config).idle_timeout, Duration::max());
  find_variant("closes-idle-in")->apply(config);
  EXPECT_EQ(inbound_config({}, nobody, config).idle_timeout, kLeastConnectionTimeout);
  EXPECT_EQ(outbound_config({}, config).idle_timeout, Duration::max());
  find_variant("timeout-raised")->apply(config);
  EXPECT_EQ(inbound_config({}, nobody, config).connection_timeout, ConnectionTimeout(120000));
  EXPECT_EQ(outbound_config({}, config).connection_timeout, ConnectionTimeout(120000));
  find_variant("pings-never")->apply(config);
  EXPECT_EQ(outbound_config({}, config).pings, session::Pings::off);
  find_variant("pings-told-at-once")->apply(config);
  EXPECT_EQ(outbound_config({}, config).ping_traffic_threshold, 0U);
}

TEST(Variants, HaveNamesOfTheirOwn) {
  for (auto const& variant : variants()) {
    EXPECT_EQ(find_variant(variant.name), &variant) << variant.name;
  }
}

}  // namespace
}  // namespace rpchspec::proxy
