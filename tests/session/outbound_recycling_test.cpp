// The outbound proxy in OUT_R1 and OUT_R2: order, cookies, states (MS-RPCH 3.2.4.5.5 to
// 3.2.4.5.12).

#include <gtest/gtest.h>

#include "protocol/session/outbound_proxy.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace rpchspec::session::testing;
using State = OutboundProxy::State;
using wire::RtsPduKind;

constexpr ChannelCookie kSuccessor{{0x51}};

Bytes pdu(RtsPduKind kind) {
  return wire::encode(wire::make(kind));
}

Bytes a3(ChannelCookie const& predecessor, std::uint32_t window = 65536) {
  auto made = wire::make(RtsPduKind::OutR1A3);
  made.commands[1] = wire::CookieCommand{{kVirtualConnection.bytes}};
  made.commands[2] = wire::CookieCommand{as_cookie(predecessor)};
  made.commands[3] = wire::CookieCommand{as_cookie(kSuccessor)};
  made.commands[4] = wire::ReceiveWindowSizeCommand{ReceiveWindowSize(window)};
  return wire::encode(made);
}

Bytes a4() {
  auto made = wire::make(RtsPduKind::OutR2A4);
  made.commands[0] = wire::CookieCommand{as_cookie(kSuccessor)};
  return wire::encode(made);
}

class OutboundRecycling : public ::testing::Test {
 protected:
  void open(std::uint32_t client_window = 65536) {
    static_cast<void>(client(conn_a1(client_window)));
    proxy_.on_server_connected(kNow);
    static_cast<void>(drain(proxy_));
    static_cast<void>(server(conn_c1()));
  }

  /// OUT_R2 as far as OUT_R2/A4.
  Seen join(ChannelCookie const& predecessor = kOutCookie, std::uint32_t window = 65536) {
    proxy_.on_successor({}, kNow);
    static_cast<void>(drain(proxy_));
    return successor(a3(predecessor, window));
  }

  Seen client(Bytes const& bytes) {
    static_cast<void>(proxy_.on_client_bytes(bytes, kNow));
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

  static constexpr TimePoint kNow{};
  OutboundProxy proxy_{OutboundProxyConfig{}, kNow};
};

TEST_F(OutboundRecycling, AsASuccessorAnswersOnlyToA11) {
  EXPECT_EQ(client(a3(kOutCookie)).order, std::vector<std::string>{"look up"});
  proxy_.on_cookie_unknown();
  EXPECT_EQ(client(a3(kOutCookie)).order, std::vector<std::string>{"connect"});
  proxy_.on_server_connected(kNow);
  auto const opened = drain(proxy_);
  EXPECT_EQ(opened.to_server.size(), 112U) << "OUT_R1/A4";
  EXPECT_TRUE(opened.to_client.empty());
  EXPECT_EQ(proxy_.state(), State::A11W);
  EXPECT_TRUE(server(rpc(500)).order.empty());
  auto const routed = pdu(RtsPduKind::InR2A3);
  EXPECT_TRUE(server(routed).order.empty()) << "the head goes first";
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2A1)).order.empty()) << "nor the next call before that";
  EXPECT_EQ(proxy_.next_deadline(), kNever) << "and no ping before it";
  auto const seen = client(pdu(RtsPduKind::OutR1A11));
  EXPECT_EQ(seen.order, (std::vector<std::string>{"head", "client", "client"}));
  EXPECT_EQ(seen.to_client, routed + pdu(RtsPduKind::OutR2A2) + rpc(500));
  EXPECT_EQ(proxy_.state(), State::Opened);
}

TEST_F(OutboundRecycling, AsAPredecessorSendsItsQueueThenA10AndCloses) {
  open(8192);
  EXPECT_EQ(server(rpc(8000, 1) + rpc(1000, 2)).to_client, rpc(8000, 1));
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR1A9)).order.empty());
  auto const seen =
      server(routed_ack(wire::ForwardDestination::FDOutProxy, 8000, 8192, kOutCookie));
  EXPECT_EQ(seen.to_client, rpc(1000, 2) + pdu(RtsPduKind::OutR1A10));
  EXPECT_TRUE(seen.closed_for(CloseReason::recycled));
}

TEST_F(OutboundRecycling, SwitchesWhenC1CameFirst) {
  open();
  EXPECT_EQ(join().to_server, a4());
  EXPECT_EQ(proxy_.state(), State::B1OrC1W);
  EXPECT_TRUE(successor(pdu(RtsPduKind::OutR2C1)).order.empty());
  EXPECT_EQ(proxy_.state(), State::B1W);
  EXPECT_EQ(server(rpc(100, 1)).to_client, rpc(100, 1)) << "on the predecessor";
  auto const seen = server(pdu(RtsPduKind::OutR2B1) + rpc(100, 2));
  EXPECT_EQ(seen.order, (std::vector<std::string>{"client", "switch", "head", "client"}));
  EXPECT_EQ(seen.to_client, pdu(RtsPduKind::OutR2B3) + rpc(100, 2));
  EXPECT_EQ(proxy_.state(), State::Opened);
}

TEST_F(OutboundRecycling, SwitchesWhenB1CameFirst) {
  open();
  static_cast<void>(join());
  auto const seen = server(pdu(RtsPduKind::OutR2B1) + rpc(100, 2));
  EXPECT_EQ(seen.order, (std::vector<std::string>{"client", "switch"}));
  EXPECT_EQ(seen.to_client, pdu(RtsPduKind::OutR2B3));
  EXPECT_EQ(proxy_.state(), State::R2C1W);
  EXPECT_EQ(proxy_.next_deadline(), kNever) << "no ping without a head";
  auto const after = client(pdu(RtsPduKind::OutR2C1));
  EXPECT_EQ(after.order, (std::vector<std::string>{"head", "client"}));
  EXPECT_EQ(after.to_client, rpc(100, 2));
}

TEST_F(OutboundRecycling, SendsThePredecessorsQueueBeforeB3AndKeepsToTheNewWindow) {
  open(8192);
  static_cast<void>(server(rpc(8000, 1) + rpc(1000, 2)));
  static_cast<void>(join(kOutCookie, 9000));
  static_cast<void>(successor(pdu(RtsPduKind::OutR2C1)));
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2B1) + rpc(5000, 3) + rpc(5000, 4)).order.empty());
  auto const seen =
      server(routed_ack(wire::ForwardDestination::FDOutProxy, 8000, 8192, kOutCookie));
  EXPECT_EQ(seen.to_client, rpc(1000, 2) + pdu(RtsPduKind::OutR2B3) + rpc(5000, 3));
  EXPECT_EQ(
      server(routed_ack(wire::ForwardDestination::FDOutProxy, 5000, 9000, kSuccessor)).to_client,
      rpc(5000, 4));
}

TEST_F(OutboundRecycling, KeepsTheNextCallForASuccessorUntilTheSwitchIsMade) {
  open(8192);
  static_cast<void>(server(rpc(8000, 1) + rpc(1000, 2)));
  static_cast<void>(join());
  static_cast<void>(successor(pdu(RtsPduKind::OutR2C1)));
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2B1) + pdu(RtsPduKind::OutR2A1)).order.empty());
  auto const seen =
      server(routed_ack(wire::ForwardDestination::FDOutProxy, 8000, 8192, kOutCookie));
  EXPECT_EQ(seen.to_client, rpc(1000, 2) + pdu(RtsPduKind::OutR2B3) + pdu(RtsPduKind::OutR2A2));
}

TEST_F(OutboundRecycling, KeepsTheNextCallForASuccessorUntilC1) {
  open();
  static_cast<void>(join());
  static_cast<void>(server(pdu(RtsPduKind::OutR2B1)));
  ASSERT_EQ(proxy_.state(), State::R2C1W);
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2A1)).order.empty());
  EXPECT_EQ(client(pdu(RtsPduKind::OutR2C1)).to_client, pdu(RtsPduKind::OutR2A2));
}

TEST_F(OutboundRecycling, AcknowledgesInTheSuccessorsNameFromB1On) {
  open();
  static_cast<void>(join());
  static_cast<void>(successor(pdu(RtsPduKind::OutR2C1)));
  static_cast<void>(server(pdu(RtsPduKind::OutR2B1)));
  EXPECT_EQ(server(rpc(20000) + rpc(20000)).to_server, ack(40000, 65536, kSuccessor));
}

TEST_F(OutboundRecycling, GivesUpTheSuccessorAloneOnB2) {
  open();
  static_cast<void>(join());
  static_cast<void>(successor(pdu(RtsPduKind::OutR2C1)));
  EXPECT_EQ(server(pdu(RtsPduKind::OutR2B2)).order, std::vector<std::string>{"close successor"});
  EXPECT_EQ(proxy_.state(), State::Opened);
  EXPECT_EQ(server(rpc(100)).to_client, rpc(100));
  EXPECT_EQ(join().to_server, a4()) << "a further recycling can start";
}

TEST_F(OutboundRecycling, RefusesB2BeforeC1) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2B2)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesAnotherPredecessor) {
  open();
  auto const seen = join(ChannelCookie{{0x99}});
  EXPECT_TRUE(seen.to_server.empty());
  EXPECT_TRUE(seen.closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesA11OnASuccessorInPlace) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(successor(pdu(RtsPduKind::OutR1A11)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesC1OnASuccessorAtAnotherProxy) {
  static_cast<void>(client(a3(kOutCookie)));
  proxy_.on_cookie_unknown();
  static_cast<void>(client(a3(kOutCookie)));
  proxy_.on_server_connected(kNow);
  static_cast<void>(drain(proxy_));
  EXPECT_TRUE(client(pdu(RtsPduKind::OutR2C1)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesToStartAgainInTheMiddle) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2A1)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesASecondB1) {
  open(8192);
  static_cast<void>(server(rpc(8000) + rpc(1000)));
  static_cast<void>(join());
  static_cast<void>(server(pdu(RtsPduKind::OutR2B1)));
  EXPECT_TRUE(server(pdu(RtsPduKind::OutR2B1)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundRecycling, RefusesRpcPdusOnTheSuccessor) {
  open();
  static_cast<void>(join());
  EXPECT_TRUE(successor(rpc(100)).closed_for(CloseReason::wrong_direction));
}

}  // namespace
}  // namespace rpchspec::session
