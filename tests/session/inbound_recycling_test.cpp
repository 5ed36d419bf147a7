// The inbound proxy in IN_R1 and IN_R2: order, cookies, states (MS-RPCH 3.2.3.5.5 to 3.2.3.5.8).

#include <gtest/gtest.h>

#include "protocol/session/inbound_proxy.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace rpchspec::session::testing;
using State = InboundProxy::State;
using wire::RtsPduKind;

constexpr ChannelCookie kSuccessor{{0x51}};

Bytes cookie_pdu(RtsPduKind kind, ChannelCookie const& cookie) {
  auto pdu = wire::make(kind);
  pdu.commands[0] = wire::CookieCommand{as_cookie(cookie)};
  return wire::encode(pdu);
}

Bytes a1(ChannelCookie const& predecessor, ChannelCookie const& successor = kSuccessor) {
  auto pdu = wire::make(RtsPduKind::InR1A1);
  pdu.commands[1] = wire::CookieCommand{{kVirtualConnection.bytes}};
  pdu.commands[2] = wire::CookieCommand{as_cookie(predecessor)};
  pdu.commands[3] = wire::CookieCommand{as_cookie(successor)};
  return wire::encode(pdu);
}

Bytes b2(std::uint32_t window) {
  auto pdu = wire::make(RtsPduKind::InR1B2);
  pdu.commands[0] = wire::ReceiveWindowSizeCommand{ReceiveWindowSize(window)};
  return wire::encode(pdu);
}

class InboundRecycling : public ::testing::Test {
 protected:
  void open(std::uint32_t server_window = 65536) {
    static_cast<void>(client(conn_b1()));
    proxy_.on_server_connected(kNow);
    static_cast<void>(drain(proxy_));
    static_cast<void>(server(conn_b3(server_window)));
  }

  /// IN_R2 as far as IN_R2/A2.
  Seen join(ChannelCookie const& predecessor = kInCookie) {
    proxy_.on_successor({}, kNow);
    static_cast<void>(drain(proxy_));
    return successor(a1(predecessor));
  }

  Seen client(Bytes const& bytes) {
    used_ = proxy_.on_client_bytes(bytes, kNow);
    return drain(proxy_);
  }

  Seen successor(Bytes const& bytes) {
    static_cast<void>(proxy_.on_successor_bytes(bytes, kNow));
    return drain(proxy_);
  }

  Seen server(Bytes const& bytes) {
    static_cast<void>(proxy_.on_server_bytes(bytes, kNow));
    return drain(proxy_);
  }

  Seen closed(ProxyLeg leg) {
    proxy_.on_closed(leg);
    return drain(proxy_);
  }

  static constexpr TimePoint kNow{};
  InboundProxy proxy_{InboundProxyConfig{}, kNow};
  std::size_t used_ = 0;
};

TEST_F(InboundRecycling, AsksForTheVirtualConnectionBeforeItConnects) {
  auto const seen = client(a1(kInCookie));
  EXPECT_EQ(seen.order, std::vector<std::string>{"look up"});
  EXPECT_EQ(used_, 0U) << "A1 comes again, here or at the machine that has the channel";
  EXPECT_FALSE(proxy_.wants_client_bytes());
  proxy_.on_cookie_unknown();
  EXPECT_EQ(client(a1(kInCookie)).order, std::vector<std::string>{"connect"});
  EXPECT_EQ(proxy_.state(), State::WaitB2);
}

TEST_F(InboundRecycling, AsASuccessorWaitsForB2AndKeepsToItsWindow) {
  static_cast<void>(client(a1(kInCookie)));
  proxy_.on_cookie_unknown();
  static_cast<void>(client(a1(kInCookie)));
  proxy_.on_server_connected(kNow);
  auto a2 = wire::make(RtsPduKind::InR1A2);
  a2.commands[1] = wire::CookieCommand{{kVirtualConnection.bytes}};
  a2.commands[2] = wire::CookieCommand{as_cookie(kInCookie)};
  a2.commands[3] = wire::CookieCommand{as_cookie(kSuccessor)};
  a2.commands[5] = wire::ConnectionTimeoutCommand{ConnectionTimeout(900000)};
  EXPECT_EQ(drain(proxy_).to_server, wire::encode(a2));
  EXPECT_TRUE(client(rpc(3000) + rpc(3000) + rpc(3000)).to_server.empty());
  EXPECT_EQ(server(b2(8192)).to_server, rpc(3000) + rpc(3000));
  EXPECT_EQ(proxy_.state(), State::Opened);
}

TEST_F(InboundRecycling, AsAPredecessorSendsA6ThenItsQueueThenB1AndCloses) {
  open(8192);
  EXPECT_EQ(client(rpc(8000, 1) + rpc(1000, 2)).to_server, rpc(8000, 1));
  EXPECT_EQ(client(cookie_pdu(RtsPduKind::InR1A5, kSuccessor)).to_server,
            cookie_pdu(RtsPduKind::InR1A6, kSuccessor));
  EXPECT_TRUE(closed(ProxyLeg::client).order.empty()) << "the client may leave now";
  auto const seen = server(ack(8000, 8192, kInCookie));
  EXPECT_EQ(seen.to_server, rpc(1000, 2) + wire::encode(wire::make(RtsPduKind::InR1B1)));
  EXPECT_TRUE(seen.closed_for(CloseReason::recycled));
}

TEST_F(InboundRecycling, TakesNothingBehindA5) {
  open(8192);
  static_cast<void>(client(rpc(8000) + rpc(1000)));
  static_cast<void>(client(cookie_pdu(RtsPduKind::InR1A5, kSuccessor)));
  EXPECT_TRUE(client(rpc(100)).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundRecycling, SwitchesInPlaceWithoutLosingOrDoublingAnything) {
  open(8192);
  EXPECT_EQ(join().to_server, cookie_pdu(RtsPduKind::InR2A2, kSuccessor));
  EXPECT_EQ(proxy_.state(), State::OpenedA5W);
  EXPECT_TRUE(successor(rpc(500, 9)).to_server.empty()) << "plugged";
  EXPECT_EQ(client(rpc(8000, 1) + rpc(1000, 2)).to_server, rpc(8000, 1));
  auto const seen = client(cookie_pdu(RtsPduKind::InR2A5, kSuccessor) + rpc(64, 7));
  EXPECT_EQ(seen.order, std::vector<std::string>{"switch"}) << "what follows A5 is dropped";
  EXPECT_EQ(proxy_.state(), State::Opened);
  EXPECT_EQ(server(ack(8000, 8192, kInCookie)).to_server, rpc(1000, 2) + rpc(500, 9))
      << "the server may still name the predecessor";
  EXPECT_EQ(client(rpc(100, 3)).to_server, rpc(100, 3)) << "the successor is the client's now";
}

TEST_F(InboundRecycling, CountsTheSuccessorFromZero) {
  open();
  static_cast<void>(client(rpc(10000)));
  static_cast<void>(join());
  static_cast<void>(client(cookie_pdu(RtsPduKind::InR2A5, kSuccessor)));
  auto const seen = client(rpc(20000) + rpc(20000));
  EXPECT_EQ(seen.to_server,
            rpc(20000) + rpc(20000) +
                routed_ack(wire::ForwardDestination::FDClient, 40000, 65536, kSuccessor));
}

TEST_F(InboundRecycling, RefusesAnotherPredecessor) {
  open();
  auto const seen = join(ChannelCookie{{0x99}});
  EXPECT_TRUE(seen.to_server.empty());
  EXPECT_TRUE(seen.closed_for(CloseReason::protocol_error));
}

TEST_F(InboundRecycling, ExpectsTheNewestCookieNextTime) {
  open();
  static_cast<void>(join());
  static_cast<void>(client(cookie_pdu(RtsPduKind::InR2A5, kSuccessor)));
  EXPECT_TRUE(join(kInCookie).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundRecycling, GivesUpTheSuccessorAloneWhenA5NamesAnother) {
  open();
  static_cast<void>(join());
  auto const seen = client(cookie_pdu(RtsPduKind::InR2A5, ChannelCookie{{0x99}}) + rpc(100, 5));
  EXPECT_EQ(seen.order, (std::vector<std::string>{"close successor", "server"}));
  EXPECT_EQ(seen.to_server, rpc(100, 5));
  EXPECT_EQ(proxy_.state(), State::Opened);
  EXPECT_FALSE(join().to_server.empty()) << "a further recycling can start";
}

TEST_F(InboundRecycling, RefusesASuccessorInAnyOtherState) {
  static_cast<void>(client(conn_b1()));
  proxy_.on_server_connected(kNow);
  static_cast<void>(drain(proxy_));
  proxy_.on_successor({}, kNow);
  EXPECT_TRUE(drain(proxy_).closed_for(CloseReason::protocol_error)) << "B3W";
}

TEST_F(InboundRecycling, RefusesASecondSuccessor) {
  open();
  static_cast<void>(join());
  proxy_.on_successor({}, kNow);
  EXPECT_TRUE(drain(proxy_).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundRecycling, RefusesA5OnTheSuccessor) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(successor(cookie_pdu(RtsPduKind::InR2A5, kSuccessor))
                  .closed_for(CloseReason::protocol_error));
}

TEST_F(InboundRecycling, EndsWithItsSuccessorInTheMiddle) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(closed(ProxyLeg::successor).closed_for(CloseReason::client_closed));
}

TEST_F(InboundRecycling, RoutesOnEitherChannel) {
  open();
  static_cast<void>(join());
  auto a7 = wire::make(RtsPduKind::OutR2A7);
  EXPECT_EQ(client(wire::encode(a7)).to_server, wire::encode(a7));
  EXPECT_EQ(successor(wire::encode(a7)).to_server, wire::encode(a7));
}

}  // namespace
}  // namespace rpchspec::session
