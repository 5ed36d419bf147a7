#include "protocol/session/client.hpp"

#include <gtest/gtest.h>

namespace rpchspec::session {
namespace {

constexpr TimePoint kNow{std::chrono::seconds(100)};

ClientConfig config() {
  ClientConfig config;
  config.virtual_connection_cookie.bytes.fill(0xA0);
  config.in_channel_cookie.bytes.fill(0xB0);
  config.out_channel_cookie.bytes.fill(0xD0);
  return config;
}

Bytes rpc(std::uint16_t size) {
  Bytes pdu(size);
  pdu[0] = 5;
  pdu[2] = 2;
  pdu[3] = 3;
  pdu[4] = 0x10;
  store<std::uint16_t>(pdu, 8, size);
  return pdu;
}

Result<void> feed(Client& client, Bytes const& bytes) {
  return client.on_pdu(wire::PduView{bytes}, kNow);
}

Result<void> feed(Client& client, wire::RtsPdu const& pdu) {
  auto const bytes = wire::encode(pdu);
  return feed(client, bytes);
}

std::vector<Bytes> sent(Client& client) {
  std::vector<Bytes> all;
  while (auto event = client.next_event()) {
    if (auto* send = std::get_if<Client::Send>(&*event)) {
      EXPECT_EQ(send->channel, Channel::in);
      all.push_back(send->bytes);
    }
  }
  return all;
}

Client opened(std::uint32_t in_window = 65536) {
  Client client(config());
  EXPECT_TRUE(feed(client, wire::conn_a3(ConnectionTimeout(120000))));
  EXPECT_TRUE(
      feed(client, wire::conn_c2(1, ReceiveWindowSize(in_window), ConnectionTimeout(120000))));
  while (client.next_event()) {
  }
  return client;
}

wire::RtsPdu ack(std::uint32_t received, std::uint32_t window, std::uint8_t cookie = 0xB0) {
  RtsCookie channel;
  channel.bytes.fill(cookie);
  return wire::flow_control_ack_with_destination(
      wire::ForwardDestination::FDClient,
      {BytesReceived(received), AvailableWindow(window), channel});
}

TEST(Client, IsOpenedByA3AndThenC2) {
  Client client(config());
  EXPECT_FALSE(client.opened());
  ASSERT_TRUE(feed(client, wire::conn_a3(ConnectionTimeout(120000))));
  EXPECT_FALSE(client.opened());
  ASSERT_TRUE(feed(client, wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))));
  EXPECT_TRUE(client.opened());
}

TEST(Client, TakesC2BeforeA3ForAProtocolError) {
  Client client(config());
  EXPECT_FALSE(feed(client, wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))));
}

TEST(Client, AcceptsAPingInEveryState) {
  Client client(config());
  EXPECT_TRUE(feed(client, wire::ping()));
  auto ready = opened();
  EXPECT_TRUE(feed(ready, wire::ping()));
}

TEST(Client, StopsAtTheInWindowThatC2Announced) {
  auto client = opened(8192);
  ASSERT_TRUE(client.send_rpc(rpc(8192), kNow));
  ASSERT_TRUE(client.send_rpc(rpc(64), kNow));
  EXPECT_EQ(sent(client).size(), 1U);
  ASSERT_TRUE(feed(client, ack(8192, 8192)));
  EXPECT_EQ(sent(client).size(), 1U);
}

TEST(Client, QueuesRpcPdusUntilItIsOpened) {
  Client client(config());
  ASSERT_TRUE(client.send_rpc(rpc(64), kNow));
  EXPECT_TRUE(sent(client).empty());
  ASSERT_TRUE(feed(client, wire::conn_a3(ConnectionTimeout(120000))));
  ASSERT_TRUE(feed(client, wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))));
  EXPECT_EQ(sent(client).size(), 1U);
}

TEST(Client, DiscardsAnAcknowledgementWithAnUnknownCookie) {
  auto client = opened();
  EXPECT_TRUE(feed(client, ack(99999, 65536, 0x11)));
  EXPECT_TRUE(client.opened());
}

TEST(Client, AcknowledgesToTheOutboundProxyThroughTheInChannel) {
  auto client = opened();
  std::vector<Bytes> acks;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(feed(client, rpc(5840)));
    auto more = sent(client);
    acks.insert(acks.end(), more.begin(), more.end());
  }
  ASSERT_EQ(acks.size(), 1U);
  auto const pdu = wire::decode_rts(acks[0]);
  EXPECT_EQ(wire::find<wire::DestinationCommand>(*pdu)->value,
            wire::ForwardDestination::FDOutProxy);
  EXPECT_EQ(wire::find<wire::FlowControlAckCommand>(*pdu)->bytes_received, BytesReceived(35040));
}

// MS-RPCH 3.2.2.6.1: each ConnectionTimeout, unless something went out within half of it.
TEST(Client, PingsWhenItWasSilentForTheConnectionTimeout) {
  auto client = opened();
  auto const due = kNow + std::chrono::minutes(2);
  EXPECT_EQ(client.next_deadline(), due);
  client.on_deadline(due);
  EXPECT_EQ(sent(client), std::vector<Bytes>{wire::encode(wire::ping())});
}

TEST(Client, DoesNotPingWhenItSentSomethingLately) {
  auto client = opened();
  client.note_sent(kNow + std::chrono::seconds(90));
  client.on_deadline(kNow + std::chrono::minutes(2));
  EXPECT_TRUE(sent(client).empty());
  EXPECT_GT(client.next_deadline(), kNow + std::chrono::minutes(2));
}

TEST(Client, WaitsForNothingOnceItIsFinished) {
  auto client = opened();
  EXPECT_NE(client.next_deadline(), kNever);
  EXPECT_FALSE(feed(client, wire::conn_a3(ConnectionTimeout(120000))));
  EXPECT_EQ(client.next_deadline(), kNever);
}

TEST(Client, PutsItsOwnValuesIntoA1AndB1) {
  Client client(config());
  auto const a1 = wire::decode_rts(client.conn_a1());
  auto const b1 = wire::decode_rts(client.conn_b1());
  EXPECT_TRUE(wire::validate(*a1, wire::RtsPduKind::ConnA1).empty());
  EXPECT_TRUE(wire::validate(*b1, wire::RtsPduKind::ConnB1).empty());
}

}  // namespace
}  // namespace rpchspec::session
