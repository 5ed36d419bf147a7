// Client and server in channel recycling: what they refuse, and when they start it of themselves.

#include <gtest/gtest.h>

#include "protocol/session/client.hpp"
#include "protocol/session/server.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace rpchspec::session::testing;
using wire::RtsPduKind;

constexpr TimePoint kNow{std::chrono::seconds(100)};
constexpr ChannelCookie kSuccessor{{0x51}};

Bytes with_cookie(RtsPduKind kind, ChannelCookie const& cookie) {
  auto made = wire::make(kind);
  for (auto& command : made.commands) {
    if (auto* const found = std::get_if<wire::CookieCommand>(&command)) {
      found->value = as_cookie(cookie);
    }
  }
  return wire::encode(made);
}

Server opened(ServerConfig config = {}, std::uint32_t lifetime = 131072) {
  Server server(std::move(config));
  wire::ConnB2 b2;
  b2.virtual_connection_cookie = kVirtualConnection;
  b2.in_channel_cookie = kInCookie;
  b2.receive_window = ReceiveWindowSize(65536);
  b2.connection_timeout = ConnectionTimeout(120000);
  auto const a2 = wire::encode(wire::conn_a2(1, kVirtualConnection, kOutCookie,
                                             ChannelLifetime(lifetime), ReceiveWindowSize(65536)));
  auto const first = wire::encode(wire::conn_b2(b2));
  EXPECT_TRUE(server.on_pdu(Channel::out, wire::PduView{a2}, kNow));
  EXPECT_TRUE(server.on_pdu(Channel::in, wire::PduView{first}, kNow));
  while (server.next_event()) {
  }
  return server;
}

Result<void> feed(Server& server, Channel from, Bytes const& bytes) {
  return server.on_pdu(from, wire::PduView{bytes}, kNow);
}

std::vector<Bytes> sent_on_out(Server& server) {
  std::vector<Bytes> all;
  while (auto event = server.next_event()) {
    if (auto* send = std::get_if<Server::Send>(&*event); send && send->channel == Channel::out) {
      all.push_back(send->bytes);
    }
  }
  return all;
}

TEST(ServerRecycling, StartsOnlyWhenOpened) {
  auto server = opened();
  EXPECT_TRUE(server.start_out_recycling());
  EXPECT_FALSE(server.start_out_recycling()) << "one is under way";
  Server fresh({});
  EXPECT_FALSE(fresh.start_out_recycling());
}

TEST(ServerRecycling, RefusesA4ThatItDidNotAskFor) {
  auto server = opened();
  EXPECT_FALSE(feed(server, Channel::out, with_cookie(RtsPduKind::OutR2A4, kSuccessor)));
}

TEST(ServerRecycling, AnswersAnotherCookieInA8WithB2AndCloses) {
  auto server = opened();
  ASSERT_TRUE(server.start_out_recycling());
  ASSERT_TRUE(feed(server, Channel::out, with_cookie(RtsPduKind::OutR2A4, kSuccessor)));
  EXPECT_FALSE(feed(server, Channel::in, with_cookie(RtsPduKind::OutR2A8, kOutCookie)));
  EXPECT_EQ(sent_on_out(server).back(), wire::encode(wire::make(RtsPduKind::OutR2B2)));
  EXPECT_TRUE(server.finished());
}

TEST(ServerRecycling, PassesOverAnA8ThatNothingWaitsFor) {
  auto server = opened();
  EXPECT_TRUE(feed(server, Channel::in, with_cookie(RtsPduKind::OutR1A8, kSuccessor)));
}

TEST(ServerRecycling, RefusesB1BeforeA6) {
  auto server = opened();
  EXPECT_FALSE(feed(server, Channel::in, wire::encode(wire::make(RtsPduKind::InR1B1))));
}

TEST(ServerRecycling, StartsByItselfWhenTheLifetimeRunsOutAndKeepsRoomForTheRest) {
  auto server = opened({}, 131072);
  std::size_t carried = 44;  // CONN/C1
  std::uint32_t received = 0;
  auto asked = false;
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(server.send_rpc(rpc(5000)));
    for (auto const& bytes : sent_on_out(server)) {
      carried += bytes.size();
      asked = asked || bytes == wire::encode(wire::make(RtsPduKind::OutR2A1));
      received += bytes.size() == 5000 ? 5000 : 0;
    }
    ASSERT_TRUE(feed(server, Channel::out, ack(received, 65536, kOutCookie)));
  }
  EXPECT_TRUE(asked);
  EXPECT_LE(carried, 131072U - 2048);
  EXPECT_GT(carried, 131072U - 8192 - 5000);
  EXPECT_GT(server.queued_bytes(), 0U) << "the rest waits for the successor";
}

TEST(ServerRecycling, UsesUpTheLifetimeWhereItIsNotToRecycle) {
  ServerConfig config;
  config.recycle_out_at.reset();
  auto server = opened(config, 131072);
  for (std::uint32_t i = 0; i < 40; ++i) {
    ASSERT_TRUE(server.send_rpc(rpc(5000)));
    ASSERT_TRUE(feed(server, Channel::out, ack(5000 * (i + 1), 65536, kOutCookie)));
  }
  EXPECT_EQ(server.queued_bytes(), 0U);
  EXPECT_TRUE(server.settled(Channel::out));
}

/// An acknowledgement of an upload, on its way to the client.
Bytes upload_ack(std::uint32_t received) {
  return routed_ack(wire::ForwardDestination::FDClient, received, 65536, kInCookie);
}

TEST(ServerRecycling, StartsWhereAcksOfAnUploadUseUpTheLifetime) {
  auto server = opened({}, 131072);
  std::uint32_t passed_on = 0;
  for (; server.settled(Channel::out); ++passed_on) {
    ASSERT_LE(passed_on, 131072U / 56);
    ASSERT_TRUE(feed(server, Channel::in, upload_ack(1000 * passed_on)));
  }
  EXPECT_GT(passed_on, (131072U - 8192) / 56 - 2);
}

TEST(ServerRecycling, KeepsForTheSuccessorWhatThePresentChannelCanNotCarry) {
  auto server = opened({}, 131072);
  std::size_t carried = 44;  // CONN/C1
  constexpr std::uint32_t kAcks = 3000;
  for (std::uint32_t i = 0; i < kAcks; ++i) {
    ASSERT_TRUE(feed(server, Channel::in, upload_ack(i)));
  }
  auto const first = sent_on_out(server);
  for (auto const& bytes : first) {
    carried += bytes.size();
  }
  EXPECT_LE(carried, 131072U - 1024) << "A5, B1 and untold pings are still to come";
  ASSERT_TRUE(feed(server, Channel::out, with_cookie(RtsPduKind::OutR2A4, kSuccessor)));
  ASSERT_TRUE(feed(server, Channel::in, with_cookie(RtsPduKind::OutR2A8, kSuccessor)));
  auto const rest = sent_on_out(server);
  EXPECT_EQ(first.size() - 1 + rest.size() - 2, kAcks) << "A1, A5 and B1 apart";
  EXPECT_EQ(rest.back(), upload_ack(kAcks - 1));
}

TEST(ServerRecycling, CountsWhatAScriptSends) {
  auto server = opened({}, 131072);
  server.note_sent_regardless(RpcPduSize(60000));
  server.note_carried(131072 - 60000 - 44 - 4000);
  EXPECT_EQ(server.out_lifetime_left(), 4000U);
}

TEST(ServerRecycling, CountsPingsThatItIsToldOf) {
  auto server = opened({}, 131072);
  ASSERT_TRUE(
      feed(server, Channel::out, wire::encode(wire::ping_traffic_sent_notify(131072 - 8192))));
  EXPECT_EQ(sent_on_out(server).size(), 1U) << "OUT_R1/A1";
}

// The two come by different connections: a late one would say that less was received than before.
TEST(ServerRecycling, PutsAcksThatCameOnAnInSuccessorBehindThoseOfItsPredecessor) {
  auto server = opened();
  auto a2 = wire::make(RtsPduKind::InR1A2);
  a2.commands[2] = wire::CookieCommand{as_cookie(kInCookie)};
  a2.commands[3] = wire::CookieCommand{as_cookie(kSuccessor)};
  auto const download_ack = [](std::uint32_t received) {
    return routed_ack(wire::ForwardDestination::FDOutProxy, received, 65536, kOutCookie);
  };
  for (auto const& bytes : {wire::encode(a2), download_ack(2000)}) {
    ASSERT_TRUE(server.on_pdu(Channel::in, wire::PduView{bytes}, kNow, Instance::successor));
  }
  EXPECT_EQ(sent_on_out(server).size(), 1U) << "IN_R1/A3";
  ASSERT_TRUE(feed(server, Channel::in, download_ack(1000)));
  ASSERT_TRUE(feed(server, Channel::in, with_cookie(RtsPduKind::InR1A6, kSuccessor)));
  EXPECT_EQ(sent_on_out(server), (std::vector<Bytes>{download_ack(1000), download_ack(2000)}));
  auto const later = download_ack(3000);
  ASSERT_TRUE(server.on_pdu(Channel::in, wire::PduView{later}, kNow, Instance::successor));
  EXPECT_EQ(sent_on_out(server).size(), 1U);
}

TEST(ServerRecycling, TakesAcksThatGoOnAndAcksThatStartAgain) {
  for (auto const starts_again : {false, true}) {
    auto server = opened();
    ASSERT_TRUE(server.send_rpc(rpc(40000)));
    ASSERT_TRUE(server.start_out_recycling());
    ASSERT_TRUE(feed(server, Channel::out, with_cookie(RtsPduKind::OutR2A4, kSuccessor)));
    ASSERT_TRUE(feed(server, Channel::in, with_cookie(RtsPduKind::OutR2A8, kSuccessor)));
    ASSERT_TRUE(server.send_rpc(rpc(20000)));
    auto const received = starts_again ? 20000U : 60000U;
    EXPECT_TRUE(feed(server, Channel::out, ack(received, 65536, kSuccessor)));
    EXPECT_EQ(server.out_window().available().value, 65536U) << starts_again;
  }
}

Client client_opened(ClientConfig config = {}) {
  config.virtual_connection_cookie = kVirtualConnection;
  config.in_channel_cookie = kInCookie;
  config.out_channel_cookie = kOutCookie;
  Client client(config);
  for (auto const& pdu : {wire::conn_a3(ConnectionTimeout(120000)),
                          wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))}) {
    auto const bytes = wire::encode(pdu);
    EXPECT_TRUE(client.on_pdu(wire::PduView{bytes}, kNow));
  }
  while (client.next_event()) {
  }
  return client;
}

Result<void> feed(Client& client, RtsPduKind kind) {
  auto const bytes = wire::encode(wire::make(kind));
  return client.on_pdu(wire::PduView{bytes}, kNow);
}

TEST(ClientRecycling, RefusesWhatItDidNotAskFor) {
  for (auto const kind : {RtsPduKind::InR1A4, RtsPduKind::InR2A4, RtsPduKind::OutR1A6,
                          RtsPduKind::OutR2A6, RtsPduKind::OutR1A10, RtsPduKind::OutR2B3}) {
    auto client = client_opened();
    EXPECT_FALSE(feed(client, kind)) << wire::form_of(kind).name;
  }
}

TEST(ClientRecycling, RefusesASecondA2) {
  auto client = client_opened();
  EXPECT_TRUE(feed(client, RtsPduKind::OutR2A2));
  EXPECT_FALSE(feed(client, RtsPduKind::OutR2A2));
}

TEST(ClientRecycling, DoesNotAnswerA2WhenToldNotTo) {
  ClientConfig config;
  config.out_sequence.reset();
  auto client = client_opened(config);
  EXPECT_TRUE(feed(client, RtsPduKind::OutR2A2));
  EXPECT_FALSE(client.next_event().has_value());
}

bool asks_for_a_successor(Client& client) {
  bool asked = false;
  while (auto event = client.next_event()) {
    asked = asked || std::holds_alternative<Client::OpenSuccessor>(*event);
  }
  return asked;
}

TEST(ClientRecycling, StartsAgainOnlyWhenThePredecessorIsClosed) {
  ClientConfig config;
  config.in_channel_lifetime = ChannelLifetime(131072);
  config.recycle_in_at = 130000;  // a few hundred bytes make a successor due
  auto client = client_opened(config);
  ASSERT_TRUE(client.send_rpc(rpc(2000), kNow));
  ASSERT_TRUE(asks_for_a_successor(client));
  ASSERT_TRUE(feed(client, RtsPduKind::InR2A4));
  ASSERT_EQ(client.recycled(Channel::in), 1U);

  ASSERT_TRUE(client.send_rpc(rpc(2000), kNow));
  EXPECT_FALSE(asks_for_a_successor(client));
  client.on_predecessor_ended(kNow);
  EXPECT_TRUE(asks_for_a_successor(client));
}

ClientConfig short_lived() {
  ClientConfig config;
  config.in_channel_lifetime = ChannelLifetime(131072);
  return config;
}

/// Brings so many downloaded PDUs of 65000 bytes, and counts the acknowledgements of them.
std::size_t acks_of_download(Client& client, std::size_t pdus) {
  auto const pdu = rpc(65000);
  std::size_t acks = 0;
  for (std::size_t i = 0; i < pdus; ++i) {
    EXPECT_TRUE(client.on_pdu(wire::PduView{pdu}, kNow));
    while (auto event = client.next_event()) {
      auto const* send = std::get_if<Client::Send>(&*event);
      acks += send != nullptr && send->bytes.size() == 56 ? 1 : 0;
    }
  }
  return acks;
}

TEST(ClientRecycling, StartsByItselfWhenTheLifetimeRunsOut) {
  auto client = client_opened(short_lived());
  auto asked = false;
  std::uint32_t sent = 0;
  for (; !asked && sent < 40; ++sent) {
    auto const received = upload_ack(5000 * sent);
    ASSERT_TRUE(client.on_pdu(wire::PduView{received}, kNow));
    ASSERT_TRUE(client.send_rpc(rpc(5000), kNow));
    asked = asks_for_a_successor(client);
  }
  EXPECT_EQ(sent, 26U) << "what is left after 25 is 5968 bytes: too little for another 5000";
}

TEST(ClientRecycling, StartsWhereAcksOfADownloadUseUpTheLifetime) {
  auto client = client_opened(short_lived());
  acks_of_download(client, (131072 - 4096) / 56 - 4);
  EXPECT_TRUE(client.settled(Channel::in));
  acks_of_download(client, 4);
  EXPECT_FALSE(client.settled(Channel::in));
}

TEST(ClientRecycling, KeepsTheLastAckThatThePresentChannelCanNotCarryForTheSuccessor) {
  auto client = client_opened(short_lived());
  auto const acks = acks_of_download(client, 3000);
  EXPECT_LE(104 + acks * 56, 131072U - 200) << "A5 and A7 are still to come";
  ASSERT_TRUE(feed(client, RtsPduKind::InR2A4));
  auto switched = false;
  std::vector<Bytes> on_successor;
  while (auto event = client.next_event()) {
    switched = switched || std::holds_alternative<Client::Switch>(*event);
    if (auto* send = std::get_if<Client::Send>(&*event); send != nullptr && switched) {
      on_successor.push_back(send->bytes);
    }
  }
  ASSERT_EQ(on_successor.size(), 1U);
  EXPECT_EQ(on_successor[0],
            routed_ack(wire::ForwardDestination::FDOutProxy, 65000U * 3000U, 65536, kOutCookie));
}

TEST(ClientRecycling, GoesToAnotherProxyByItsCookieOrByAMadeUpOne) {
  for (auto const r1 : {R1Cookie::made_up, R1Cookie::same}) {
    ClientConfig config;
    config.r1_cookie = r1;
    config.out_sequence = RecyclingSequence::r1;
    auto client = client_opened(config);
    SuccessorWishes wishes;
    wishes.sequence = RecyclingSequence::r1;
    ASSERT_TRUE(client.start_in_recycling(wishes, kNow));
    ASSERT_TRUE(feed(client, RtsPduKind::OutR1A2));
    auto successors = 0;
    while (auto const event = client.next_event()) {
      if (auto const* open = std::get_if<Client::OpenSuccessor>(&*event)) {
        EXPECT_EQ(open->sequence, RecyclingSequence::r1);
        EXPECT_EQ(open->cookie == kVirtualConnection, r1 == R1Cookie::same);
        ++successors;
      }
    }
    EXPECT_EQ(successors, 2);
  }
}

TEST(ClientRecycling, HoldsTheSuccessorsPdusUntilB3) {
  auto client = client_opened();
  ASSERT_TRUE(feed(client, RtsPduKind::OutR2A2));
  ASSERT_TRUE(feed(client, RtsPduKind::OutR2A6));
  while (client.next_event()) {
  }
  auto const early = rpc(500);
  ASSERT_TRUE(client.on_pdu(wire::PduView{early}, kNow, Instance::successor));
  EXPECT_FALSE(client.next_event().has_value());
  ASSERT_TRUE(feed(client, RtsPduKind::OutR2B3));
  std::size_t delivered = 0;
  while (auto event = client.next_event()) {
    if (auto const* pdu = std::get_if<Client::Deliver>(&*event)) {
      delivered += pdu->pdu.bytes.size();
    }
  }
  EXPECT_EQ(delivered, 500U);
}

}  // namespace
}  // namespace rpchspec::session
