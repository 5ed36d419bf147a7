// The mixed proxy of v1, and its client.

#include "protocol/session/mixed_proxy.hpp"

#include <gtest/gtest.h>

#include "protocol/session/v1_client.hpp"
#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using testing::legacy_response;
using testing::operator+;
using testing::rpc;

/// Takes all events: "connect server(5) client(3) head 503 close: ...", and the bytes.
struct Taken {
  std::string order;
  Bytes to_server;
  Bytes to_client;
};

Taken take(MixedProxy& proxy) {
  Taken seen;
  auto const say = [&seen](std::string const& word) {
    seen.order += (seen.order.empty() ? "" : " ") + word;
  };
  while (auto const event = proxy.next_event()) {
    if (auto const* server = std::get_if<ToServer>(&*event)) {
      append(seen.to_server, server->bytes);
      say("server");
    } else if (auto const* client = std::get_if<ToClient>(&*event)) {
      append(seen.to_client, client->bytes);
      say("client");
    } else if (auto const* close = std::get_if<Close>(&*event)) {
      say("close: " + std::string(to_string(close->reason)));
    } else {
      say(std::holds_alternative<ConnectServer>(*event)  ? "connect"
          : std::holds_alternative<ResponseHead>(*event) ? "head"
                                                         : "503");
    }
  }
  return seen;
}

MixedProxy opened(MixedDeviations deviations = {}) {
  MixedProxy proxy(deviations);
  proxy.on_server_connected();
  EXPECT_EQ(proxy.on_server_bytes(legacy_response()), 14U);
  (void)take(proxy);
  EXPECT_EQ(proxy.state(), MixedProxy::State::opened);
  return proxy;
}

TEST(MixedProxy, ConnectsAtOnceAndAnswersWhenTheServerGreets) {
  MixedProxy proxy;
  EXPECT_EQ(take(proxy).order, "connect");
  proxy.on_server_connected();
  EXPECT_EQ(take(proxy).order, "");
  EXPECT_EQ(proxy.on_server_bytes(legacy_response()), 14U);
  EXPECT_EQ(take(proxy).order, "head");
}

// 3.1.2.5.1: what the client sends early waits, and goes on in order.
TEST(MixedProxy, KeepsEarlyPdusForTheServer) {
  MixedProxy proxy;
  EXPECT_EQ(proxy.on_client_bytes(rpc(100, 1)), 100U);
  proxy.on_server_connected();
  EXPECT_EQ(proxy.on_client_bytes(rpc(50, 2)), 50U);
  EXPECT_EQ(take(proxy).order, "connect");
  EXPECT_EQ(proxy.on_server_bytes(legacy_response()), 14U);
  auto const seen = take(proxy);
  EXPECT_EQ(seen.order, "head server");
  EXPECT_EQ(seen.to_server, rpc(100, 1) + rpc(50, 2));
}

TEST(MixedProxy, BoundsWhatItKeeps) {
  MixedProxy proxy;
  auto const much = Bytes(MixedProxy::kMostEarlyBytes + 10, 5);
  EXPECT_EQ(proxy.on_client_bytes(much), MixedProxy::kMostEarlyBytes);
  EXPECT_FALSE(proxy.wants_client_bytes());
  EXPECT_EQ(proxy.on_client_bytes(ByteView(much).first(10)), 0U);
  proxy.on_server_connected();
  (void)proxy.on_server_bytes(legacy_response());
  EXPECT_TRUE(proxy.wants_client_bytes());
}

TEST(MixedProxy, TakesALegacyResponseByteByByte) {
  MixedProxy proxy;
  proxy.on_server_connected();
  auto const text = legacy_response();
  for (std::size_t size = 1; size < text.size(); ++size) {
    EXPECT_EQ(proxy.on_server_bytes(ByteView(text).first(size)), 0U);
  }
  EXPECT_EQ(take(proxy).order, "connect");
  EXPECT_EQ(proxy.on_server_bytes(text), text.size());
  EXPECT_EQ(take(proxy).order, "head");
}

TEST(MixedProxy, PassesOnWhatFollowsTheLegacyResponseInOneSegment) {
  MixedProxy proxy;
  proxy.on_server_connected();
  auto const bytes = legacy_response() + rpc(40);
  EXPECT_EQ(proxy.on_server_bytes(bytes), bytes.size());
  auto const seen = take(proxy);
  EXPECT_EQ(seen.order, "connect head client");
  EXPECT_EQ(seen.to_client, rpc(40));
}

TEST(MixedProxy, PassesOnBothWaysAsTheBytesCome) {
  auto proxy = opened();
  auto const pdu = rpc(64);
  EXPECT_EQ(proxy.on_client_bytes(ByteView(pdu).first(10)), 10U);
  EXPECT_EQ(take(proxy).to_server.size(), 10U);
  EXPECT_EQ(proxy.on_server_bytes(pdu), 64U);
  EXPECT_EQ(take(proxy).to_client, pdu);
}

TEST(MixedProxy, WantsNothingMoreWhenItForwardsNothing) {
  auto proxy = opened({.half_duplex = true});
  EXPECT_EQ(proxy.on_server_bytes(rpc(64)), 64U);
  auto const much = Bytes(MixedProxy::kMostEarlyBytes + 10, 5);
  EXPECT_EQ(proxy.on_client_bytes(much), MixedProxy::kMostEarlyBytes);
  EXPECT_FALSE(proxy.wants_client_bytes());
  proxy.on_closed(ProxyLeg::server);
  EXPECT_TRUE(proxy.wants_client_bytes());
}

TEST(MixedProxy, RefusesWhatIsNoLegacyResponse) {
  for (auto const& bytes : {rpc(40), Bytes{'n', 'c', 'a', 'd'}}) {
    MixedProxy proxy;
    proxy.on_server_connected();
    EXPECT_EQ(proxy.on_server_bytes(bytes), bytes.size());
    EXPECT_EQ(take(proxy).order, "connect 503 close: protocol error");
  }
}

TEST(MixedProxy, NeverAnswersWithSuccessWithoutAServer) {
  MixedProxy unreachable;
  unreachable.on_server_failed(0x6BA);
  EXPECT_EQ(take(unreachable).order, "connect 503 close: no connection to the server");
  MixedProxy hung_up;
  hung_up.on_server_connected();
  hung_up.on_closed(ProxyLeg::server);
  EXPECT_EQ(take(hung_up).order, "connect 503 close: the server closed");
}

TEST(MixedProxy, PassesOnACloseOfEitherSideOnce) {
  auto by_client = opened();
  by_client.on_closed(ProxyLeg::client);
  by_client.on_closed(ProxyLeg::server);
  EXPECT_EQ(take(by_client).order, "close: the client closed");
  EXPECT_EQ(by_client.on_client_bytes(rpc(30)), 30U);
  auto by_server = opened();
  by_server.on_closed(ProxyLeg::server);
  EXPECT_EQ(take(by_server).order, "close: the server closed");
  EXPECT_EQ(take(by_server).order, "");
}

TEST(V1Client, TakesAnyStatusOf200To299ForSuccess) {
  for (auto const status : {199U, 200U, 250U, 299U, 300U, 503U}) {
    V1Client client;
    client.on_request_sent(TimePoint());
    client.on_response(status);
    EXPECT_EQ(client.state() == V1Client::State::opened, status >= 200 && status <= 299) << status;
    EXPECT_EQ(client.next_deadline(), kNever);
  }
}

// 3.1.1.2.1.
TEST(V1Client, GivesUpWhenItsSetupTimerExpires) {
  V1Client client(std::chrono::seconds(5));
  client.on_request_sent(TimePoint());
  client.on_deadline(TimePoint() + std::chrono::seconds(4));
  EXPECT_EQ(client.state(), V1Client::State::wait);
  client.on_deadline(client.next_deadline());
  EXPECT_EQ(client.state(), V1Client::State::closed);
  client.on_response(200);
  EXPECT_EQ(client.state(), V1Client::State::closed);
}

}  // namespace
}  // namespace rpchspec::session
