#include "protocol/session/server.hpp"

#include <gtest/gtest.h>

namespace rpchspec::session {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(100)};

VirtualConnectionCookie vc_cookie() {
  VirtualConnectionCookie cookie;
  cookie.bytes.fill(0xA0);
  return cookie;
}

ChannelCookie channel_cookie(std::uint8_t fill) {
  ChannelCookie cookie;
  cookie.bytes.fill(fill);
  return cookie;
}

Bytes a2(std::uint32_t window = 65536, std::uint32_t version = 1) {
  return wire::encode(wire::conn_a2(version, vc_cookie(), channel_cookie(0xD0),
                                    ChannelLifetime(1 << 30), ReceiveWindowSize(window)));
}

Bytes b2(std::uint32_t version = 1) {
  wire::ConnB2 pdu;
  pdu.version = version;
  pdu.virtual_connection_cookie = vc_cookie();
  pdu.in_channel_cookie = channel_cookie(0xB0);
  pdu.receive_window = ReceiveWindowSize(73728);
  pdu.connection_timeout = ConnectionTimeout(900000);
  return wire::encode(wire::conn_b2(pdu));
}

Bytes rpc(std::uint16_t size) {
  Bytes pdu(size);
  pdu[0] = 5;
  pdu[3] = 3;
  pdu[4] = 0x10;
  store<std::uint16_t>(pdu, 8, size);
  return pdu;
}

Result<void> feed(Server& server, Channel from, Bytes const& bytes) {
  return server.on_pdu(from, wire::PduView{bytes}, kNow);
}

/// Everything the machine wants sent on one leg, one after the other.
std::vector<Bytes> sent(Server& server, Channel on) {
  std::vector<Bytes> all;
  while (auto event = server.next_event()) {
    if (auto* send = std::get_if<Server::Send>(&*event); send && send->channel == on) {
      all.push_back(send->bytes);
    }
  }
  return all;
}

bool closes(Server& server) {
  while (auto event = server.next_event()) {
    if (std::holds_alternative<Server::Close>(*event)) {
      return true;
    }
  }
  return false;
}

Server opened(ServerConfig config = {}, std::uint32_t out_window = 65536) {
  Server server(std::move(config));
  EXPECT_TRUE(feed(server, Channel::out, a2(out_window)));
  EXPECT_TRUE(feed(server, Channel::in, b2()));
  while (server.next_event()) {
  }
  return server;
}

TEST(Server, AnswersWithC1AndB3OnceBothLegsCame) {
  Server server({});
  ASSERT_TRUE(feed(server, Channel::in, b2()));
  EXPECT_FALSE(server.next_event().has_value());
  ASSERT_TRUE(feed(server, Channel::out, a2()));
  std::vector<Bytes> out;
  std::vector<Bytes> in;
  while (auto event = server.next_event()) {
    if (auto* send = std::get_if<Server::Send>(&*event)) {
      (send->channel == Channel::out ? out : in).push_back(send->bytes);
    }
  }
  ASSERT_EQ(out.size(), 1U);
  ASSERT_EQ(in.size(), 1U);
  EXPECT_EQ(out[0],
            wire::encode(wire::conn_c1(1, ReceiveWindowSize(73728), ConnectionTimeout(900000))));
  EXPECT_EQ(in[0], wire::encode(wire::conn_b3(ReceiveWindowSize(65536), 1)));
  EXPECT_TRUE(server.opened());
}

TEST(Server, TakesTheLowestVersionOfBothLegsAndItsOwn) {
  Server server({});
  ASSERT_TRUE(feed(server, Channel::in, b2(3)));
  ASSERT_TRUE(feed(server, Channel::out, a2(65536, 2)));
  auto const c1 = sent(server, Channel::out);
  EXPECT_EQ(wire::find<wire::VersionCommand>(*wire::decode_rts(c1.at(0)))->value, 1U);
}

TEST(Server, KeepsBackWhatIsWithheldUntilItIsReleased) {
  ServerConfig config;
  config.withheld = {wire::RtsPduKind::ConnC1};
  Server server(config);
  ASSERT_TRUE(feed(server, Channel::in, b2()));
  ASSERT_TRUE(feed(server, Channel::out, a2()));
  EXPECT_TRUE(sent(server, Channel::out).empty());
  server.release(wire::RtsPduKind::ConnC1);
  EXPECT_EQ(sent(server, Channel::out).size(), 1U);
}

TEST(Server, WaitsForTheReplyDelay) {
  ServerConfig config;
  config.reply_delay = std::chrono::seconds(2);
  Server server(config);
  ASSERT_TRUE(feed(server, Channel::in, b2()));
  ASSERT_TRUE(feed(server, Channel::out, a2()));
  EXPECT_FALSE(server.opened());
  EXPECT_EQ(server.next_deadline(), kNow + std::chrono::seconds(2));
  server.on_deadline(kNow + std::chrono::seconds(2));
  EXPECT_TRUE(server.opened());
}

TEST(Server, GivesUpAPairWhosePartnerNeverComes) {
  Server server({});
  ASSERT_TRUE(feed(server, Channel::in, b2()));
  EXPECT_EQ(server.next_deadline(), kNow + std::chrono::minutes(15));
  server.on_deadline(kNow + std::chrono::minutes(15));
  EXPECT_TRUE(closes(server));
}

// MS-RPCH 3.2.1.4: RPC PDUs go whole, and only while the outbound proxy's window admits them.
TEST(Server, StopsAtTheOutWindowAndGoesOnWithAnAcknowledgement) {
  auto server = opened({}, 8192);
  ASSERT_TRUE(server.send_rpc(rpc(5000)));
  ASSERT_TRUE(server.send_rpc(rpc(5000)));
  EXPECT_EQ(sent(server, Channel::out).size(), 1U);
  EXPECT_EQ(server.queued_bytes(), 5000U);
  auto const ack = wire::flow_control_ack(
      {BytesReceived(5000), AvailableWindow(8192), RtsCookie{channel_cookie(0xD0).bytes}});
  ASSERT_TRUE(feed(server, Channel::out, wire::encode(ack)));
  EXPECT_EQ(sent(server, Channel::out).size(), 1U);
  EXPECT_EQ(server.queued_bytes(), 0U);
}

TEST(Server, DiscardsAnAcknowledgementWithAnUnknownCookie) {
  auto server = opened({}, 8192);
  auto const ack = wire::flow_control_ack(
      {BytesReceived(99999), AvailableWindow(8192), RtsCookie{channel_cookie(0x11).bytes}});
  EXPECT_TRUE(feed(server, Channel::out, wire::encode(ack)));
  EXPECT_FALSE(closes(server));
}

TEST(Server, TakesAnAcknowledgementOfBytesNeverSentForAProtocolError) {
  auto server = opened();
  auto const ack = wire::flow_control_ack(
      {BytesReceived(1), AvailableWindow(65536), RtsCookie{channel_cookie(0xD0).bytes}});
  EXPECT_FALSE(feed(server, Channel::out, wire::encode(ack)));
  EXPECT_TRUE(closes(server));
}

TEST(Server, AcknowledgesWhenHalfOfItsWindowIsUsed) {
  auto server = opened();
  std::vector<Bytes> acks;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(feed(server, Channel::in, rpc(5840)));
    auto more = sent(server, Channel::in);
    acks.insert(acks.end(), more.begin(), more.end());
  }
  ASSERT_EQ(acks.size(), 1U);
  auto const pdu = wire::decode_rts(acks[0]);
  auto const* ack = wire::find<wire::FlowControlAckCommand>(*pdu);
  EXPECT_EQ(ack->bytes_received, BytesReceived(35040));  // MS-RPCH 4.2
  EXPECT_EQ(ack->available_window, AvailableWindow(65536));
  EXPECT_EQ(ack->channel_cookie.bytes, channel_cookie(0xB0).bytes);
}

TEST(Server, RoutesPdusForTheClientThroughTheOtherLegUnchanged) {
  auto server = opened();
  auto const routed = wire::encode(wire::flow_control_ack_with_destination(
      wire::ForwardDestination::FDClient,
      {BytesReceived(1), AvailableWindow(2), RtsCookie{channel_cookie(0xB0).bytes}}));
  ASSERT_TRUE(feed(server, Channel::in, routed));
  EXPECT_EQ(sent(server, Channel::out), std::vector<Bytes>{routed});
}

TEST(Server, ClosesBothLegsWhenOneIsLost) {
  auto server = opened();
  server.on_closed(Channel::in);
  EXPECT_TRUE(closes(server));
}

TEST(Server, RefusesRpcPdusFromTheOutboundProxy) {
  auto server = opened();
  EXPECT_FALSE(feed(server, Channel::out, rpc(64)));
  EXPECT_TRUE(closes(server));
}

TEST(Server, RefusesASecondA2) {
  auto server = opened();
  EXPECT_FALSE(feed(server, Channel::out, a2()));
}

TEST(Server, TakesNoMoreThanItsQueueHolds) {
  ServerConfig config;
  config.queue_limit = 10000;
  auto server = opened(config, 8192);
  ASSERT_TRUE(server.send_rpc(rpc(8000)));
  ASSERT_TRUE(server.send_rpc(rpc(8000)));
  EXPECT_EQ(server.send_rpc(rpc(8000)).error().code, ErrorCode::too_large);
}

TEST(FirstPduOfLeg, TellsTheLegFromItsForm) {
  auto const out = a2();
  auto const first = first_pdu_of_leg(wire::PduView{out});
  auto const bytes = b2();
  auto const second = first_pdu_of_leg(wire::PduView{bytes});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->channel, Channel::in);
  EXPECT_EQ(second->cookie, vc_cookie());
}

TEST(FirstPduOfLeg, RefusesEverythingElse) {
  auto const ping = wire::encode(wire::ping());
  EXPECT_EQ(first_pdu_of_leg(wire::PduView{ping}).error().code, ErrorCode::unexpected);
  auto const request = rpc(64);
  EXPECT_EQ(first_pdu_of_leg(wire::PduView{request}).error().code, ErrorCode::unexpected);
}

}  // namespace
}  // namespace rpchspec::session
