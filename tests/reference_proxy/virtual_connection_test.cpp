// The proxy over loopback sockets, between a client and a server that are played by hand.

#include <gtest/gtest.h>

#include "protocol/wire/role_heads.hpp"
#include "protocol/wire/rpc_uri.hpp"
#include "protocol/wire/rts_catalogue.hpp"
#include "tests/reference_proxy/blocking_socket.hpp"
#include "tests/reference_proxy/open_config.hpp"
#include "tests/reference_proxy/running_proxy.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::proxy {
namespace {

using session::testing::conn_a1;
using session::testing::conn_b1;
using session::testing::conn_b3;
using session::testing::conn_c1;
using session::testing::legacy_response;
using session::testing::rpc;
using session::testing::operator+;
using testing::BlockingSocket;
using testing::open_to_all;
using testing::request;
using testing::RunningProxy;

/// Both channels of one virtual connection, and the server's ends of them.
class VirtualConnection {
 public:
  VirtualConnection(std::uint16_t proxy, BlockingSocket& server)
      : out(BlockingSocket::connect_to(proxy)), in(BlockingSocket::connect_to(proxy)) {
    out.send(request("RPC_OUT_DATA", server.port(), 76));
    out.send(conn_a1());
    server_out = server.accept();
    server_out.send(legacy_response());
    a2 = server_out.receive(84);
    head = out.receive_head();
    a3 = out.receive(28);
    in.send(request("RPC_IN_DATA", server.port(), 1U << 30));
    in.send(conn_b1());
    server_in = server.accept();
    b2 = server_in.receive(128);
    server_in.send(conn_b3());
    server_out.send(conn_c1());
    c2 = out.receive(44);
  }

  BlockingSocket out;
  BlockingSocket in;
  BlockingSocket server_out;
  BlockingSocket server_in;
  Bytes a2, a3, b2, c2;
  std::string head;
};

TEST(ReferenceProxy, OpensAVirtualConnectionAndCarriesRpcPdusBothWays) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  VirtualConnection vc(proxy.port(), server);
  EXPECT_TRUE(vc.head.starts_with("HTTP/1.1 200 Success\r\n")) << vc.head;
  EXPECT_NE(vc.head.find("Content-Length: 1073741824\r\n"), std::string::npos);
  EXPECT_EQ(vc.a3, wire::encode(wire::conn_a3(ConnectionTimeout(120000))));
  EXPECT_EQ(vc.c2.size(), 44U);

  for (std::uint8_t round = 0; round < 50; ++round) {
    vc.in.send(rpc(5840, round));
    EXPECT_EQ(vc.server_in.receive(5840), rpc(5840, round));
    vc.server_in.send(
        session::testing::ack(5840U * (round + 1U), 65536, session::testing::kInCookie));
    if (round % 6 == 5) {
      EXPECT_EQ(vc.server_in.receive(56).size(), 56U) << "the acknowledgement for the client";
    }
  }
  vc.server_out.send(rpc(3000, 7) + rpc(3000, 8));
  EXPECT_EQ(vc.out.receive(6000), rpc(3000, 7) + rpc(3000, 8));
}

TEST(ReferenceProxy, TellsTheServerOfTheClientsAddress) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  VirtualConnection vc(proxy.port(), server);
  auto const b2 = *wire::decode_rts(vc.b2);
  auto const* address = wire::find<wire::ClientAddressCommand>(b2);
  ASSERT_NE(address, nullptr);
  EXPECT_EQ(address->address[0], 1) << "127.0.0.1, reversed as customary";
}

TEST(ReferenceProxy, PassesEachCloseOnToTheOtherLegOfTheChannel) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  {
    VirtualConnection vc(proxy.port(), server);
    vc.out.close();
    EXPECT_TRUE(vc.server_out.receives_end());
    vc.in.close();
    EXPECT_TRUE(vc.server_in.receives_end());
  }
  {
    VirtualConnection vc(proxy.port(), server);
    vc.server_out.close();
    EXPECT_TRUE(vc.out.receives_end());
    vc.server_in.close();
    EXPECT_TRUE(vc.in.receives_end());
  }
  {
    VirtualConnection vc(proxy.port(), server);
    vc.server_out.reset();
    EXPECT_TRUE(vc.out.receives_end());
    vc.in.reset();
    EXPECT_TRUE(vc.server_in.receives_end());
  }
}

TEST(ReferenceProxy, DeliversWhatTheWindowAllowedBeforeItPassesACloseOn) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  VirtualConnection vc(proxy.port(), server);
  vc.server_out.send(rpc(30000, 1) + rpc(30000, 2));
  vc.server_out.close();
  EXPECT_EQ(vc.out.receive(60000), rpc(30000, 1) + rpc(30000, 2));
  EXPECT_TRUE(vc.out.receives_end());
}

TEST(ReferenceProxy, Answers503WhenTheServerRefuses) {
  RunningProxy proxy(open_to_all());
  std::uint16_t closed_port = 0;
  { closed_port = BlockingSocket::listen_on_any().port(); }
  for (auto const* method : {"RPC_IN_DATA", "RPC_OUT_DATA"}) {
    auto client = BlockingSocket::connect_to(proxy.port());
    auto const is_in = std::string_view(method) == "RPC_IN_DATA";
    client.send(request(method, closed_port, is_in ? 1U << 30 : 76));
    client.send(is_in ? conn_b1() : conn_a1());
    EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.0 503 RPC Error: 6ba\r\n")) << method;
    EXPECT_TRUE(client.receives_end());
  }
}

TEST(ReferenceProxy, AnswersSeveralEchoesOnOneConnectionThenAChannel) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  auto client = BlockingSocket::connect_to(proxy.port());
  for (auto const* method : {"RPC_IN_DATA", "RPC_OUT_DATA"}) {
    for (std::size_t const length : {0U, 4U, 16U}) {
      client.send(request(method, 6001, length) + std::string(length, 'x'));
      EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.1 200 Success\r\n"));
      EXPECT_EQ(client.receive(20), wire::encode(wire::echo()));
    }
  }
  client.send(request("RPC_OUT_DATA", server.port(), 76));
  client.send(conn_a1());
  EXPECT_EQ(server.accept().receive(84).size(), 84U);
}

TEST(ReferenceProxy, MapsServersToOtherAddresses) {
  auto server = BlockingSocket::listen_on_any();
  auto config = open_to_all();
  config.servers = {{"exch01", 6001, "127.0.0.1", server.port()}};
  RunningProxy proxy(config);
  auto client = BlockingSocket::connect_to(proxy.port());
  wire::RequestOptions options;
  options.target = "/rpc/rpcproxy.dll?EXCH01:6001";
  client.send(wire::encode(wire::out_channel_request(options)));
  client.send(conn_a1());
  EXPECT_EQ(server.accept().receive(84).size(), 84U);
}

/// The first line of the answer to each of the three requests, to a server that is there.
std::vector<std::string> answers_of(ProxyConfig const& config, std::uint16_t port) {
  RunningProxy proxy(config);
  std::vector<std::string> lines;
  for (auto const* method : {"RPC_IN_DATA", "RPC_OUT_DATA", "RPC_CONNECT"}) {
    auto client = BlockingSocket::connect_to(proxy.port());
    auto const is_in = std::string_view(method) == "RPC_IN_DATA";
    client.send(request(method, port, is_in ? 1U << 30 : 76));
    client.send(is_in ? conn_b1() : conn_a1());
    auto const head = client.receive_head();
    lines.push_back(head.substr(0, head.find('\r')));
  }
  return lines;
}

TEST(ReferenceProxy, ConnectsToNoServerThatIsNotMappedWhereItMayNot) {
  auto server = BlockingSocket::listen_on_any();
  auto config = open_to_all();
  config.servers = {{"EXCH01", 6001, "127.0.0.1", server.port()}};
  config.unmapped = Unmapped::unreachable;
  std::vector<std::string> const unreachable(3, "HTTP/1.0 503 RPC Error: 6ba");
  EXPECT_EQ(answers_of(config, server.port()), unreachable);
  config.unmapped = Unmapped::refused;
  std::vector<std::string> const refused(3, "HTTP/1.0 503 RPC Error: 5");
  EXPECT_EQ(answers_of(config, server.port()), refused);
  config.latitude.forbids_at_first_pdu = true;
  EXPECT_EQ(answers_of(config, server.port()), refused);
  EXPECT_FALSE(server.has_waiting());
}

TEST(ReferenceProxy, Sends100WhenTheClientExpectsIt) {
  RunningProxy proxy(open_to_all());
  auto client = BlockingSocket::connect_to(proxy.port());
  auto head = request("RPC_OUT_DATA", 6001, 4);
  head.insert(head.size() - 2, "Expect: 100-continue\r\n");
  client.send(head);
  EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.1 100 "));
  client.send("abcd");
  EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.1 200 Success"));
}

TEST(ReferenceProxy, RefusesASlowHead) {
  auto config = open_to_all();
  config.head_timeout = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  auto client = BlockingSocket::connect_to(proxy.port());
  client.send("RPC_IN_DATA /rpc");
  EXPECT_TRUE(client.receive_head().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(client.receives_end());
}

TEST(ReferenceProxy, Answers503ToOneConnectionTooMany) {
  auto config = open_to_all();
  config.max_connections = 1;
  RunningProxy proxy(config);
  auto first = BlockingSocket::connect_to(proxy.port());
  first.send(request("RPC_IN_DATA", 6001, 0));
  EXPECT_TRUE(first.receive_head().starts_with("HTTP/1.1 200 "));
  auto second = BlockingSocket::connect_to(proxy.port());
  EXPECT_TRUE(second.receive_head().starts_with("HTTP/1.1 503 "));
}

TEST(ReferenceProxy, LeavesNoConnectionBehind) {
  auto server = BlockingSocket::listen_on_any();
  RunningProxy proxy(open_to_all());
  for (int i = 0; i < 5; ++i) {
    VirtualConnection vc(proxy.port(), server);
    EXPECT_EQ(proxy.connections(), 2U);
    vc.out.close();
    vc.in.close();
    EXPECT_TRUE(vc.server_out.receives_end());
    EXPECT_TRUE(vc.server_in.receives_end());
    vc.server_out.close();
    vc.server_in.close();
    while (proxy.connections() != 0) {
      std::this_thread::yield();
    }
  }
}

TEST(ReferenceProxy, StopsInTheMiddleOfEverything) {
  auto server = BlockingSocket::listen_on_any();
  auto proxy = std::make_unique<RunningProxy>(open_to_all());
  VirtualConnection vc(proxy->port(), server);
  auto idle = BlockingSocket::connect_to(proxy->port());
  proxy.reset();
  EXPECT_TRUE(vc.out.receives_end());
  EXPECT_TRUE(vc.server_in.receives_end());
  EXPECT_TRUE(idle.receives_end());
}

}  // namespace
}  // namespace rpchspec::proxy
