#include "protocol/session/outbound_proxy.hpp"

#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace std::chrono_literals;
using namespace rpchspec::session::testing;
using enum wire::ForwardDestination;
using State = OutboundProxy::State;
using Order = std::vector<std::string>;

constexpr TimePoint kStart{};

class OutboundProxyTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(OutboundProxyConfig const& config) {
    proxy_ = std::make_unique<OutboundProxy>(config, kStart);
    from_client_.clear();
    from_server_.clear();
    now_ = kStart;
  }

  Seen client(Bytes const& bytes) {
    append(from_client_, ByteView(bytes));
    auto const used = proxy_->on_client_bytes(from_client_, now_);
    auto seen = drain(*proxy_);
    from_client_.erase(from_client_.begin(),
                       from_client_.begin() + static_cast<std::ptrdiff_t>(used));
    return seen;
  }

  Seen server(Bytes const& bytes) {
    append(from_server_, ByteView(bytes));
    auto const used = proxy_->on_server_bytes(from_server_, now_);
    auto seen = drain(*proxy_);
    from_server_.erase(from_server_.begin(),
                       from_server_.begin() + static_cast<std::ptrdiff_t>(used));
    return seen;
  }

  Seen connect() {
    proxy_->on_server_connected(now_);
    return drain(*proxy_);
  }

  void reach(State state, std::uint32_t client_window = 65536) {
    if (state == State::OpenStart) {
      return;
    }
    static_cast<void>(client(conn_a1(client_window)));
    static_cast<void>(connect());
    if (state == State::Opened) {
      static_cast<void>(server(conn_c1()));
    }
    ASSERT_EQ(proxy_->state(), state);
  }

  Seen deadline() {
    now_ = proxy_->next_deadline();
    proxy_->on_deadline(now_);
    return drain(*proxy_);
  }

  std::unique_ptr<OutboundProxy> proxy_;
  TimePoint now_ = kStart;
  Bytes from_client_;
  Bytes from_server_;
};

TEST_F(OutboundProxyTest, OpensInTheStandardsOrder) {
  EXPECT_EQ(client(conn_a1()).order, Order{"connect"});
  auto const seen = connect();
  EXPECT_EQ(seen.order, (Order{"server", "head", "client"}));
  EXPECT_EQ(seen.to_server,
            wire::encode(wire::conn_a2(1, kVirtualConnection, kOutCookie, ChannelLifetime(1U << 30),
                                       ReceiveWindowSize(65536))));
  EXPECT_EQ(seen.to_client, wire::encode(wire::conn_a3(ConnectionTimeout(900000))));
  EXPECT_EQ(proxy_->state(), State::C1W);
}

TEST_F(OutboundProxyTest, AnswersConnC1WithConnC2OfTheSameValues) {
  reach(State::C1W);
  auto const c1 = wire::conn_c1(1, ReceiveWindowSize(0x12000), ConnectionTimeout(130000));
  EXPECT_EQ(server(wire::encode(c1)).to_client,
            wire::encode(wire::conn_c2(1, ReceiveWindowSize(0x12000), ConnectionTimeout(130000))));
  EXPECT_EQ(proxy_->state(), State::Opened);
}

TEST_F(OutboundProxyTest, NeverSends200WhenTheServerCannotBeReached) {
  static_cast<void>(client(conn_a1()));
  proxy_->on_server_failed(0x6BA);
  auto const seen = drain(*proxy_);
  EXPECT_EQ(seen.order.front(), "503");
  EXPECT_EQ(seen.rpc_error, 0x6BAU);
  EXPECT_TRUE(seen.closed_for(CloseReason::server_failed));
}

TEST_F(OutboundProxyTest, TakesAnySegmentationOnBothLegs) {
  for (std::size_t const step : {1U, 7U, 19U, 20U, 21U, 1000U}) {
    start({});
    auto const a1 = conn_a1();
    for (std::size_t at = 0; at < a1.size(); at += step) {
      auto const end = std::min(at + step, a1.size());
      static_cast<void>(client(Bytes(a1.begin() + static_cast<std::ptrdiff_t>(at),
                                     a1.begin() + static_cast<std::ptrdiff_t>(end))));
    }
    static_cast<void>(connect());
    auto const from_server = legacy_response() + conn_c1() + rpc(500) + rpc(333);
    Bytes to_client;
    for (std::size_t at = 0; at < from_server.size(); at += step) {
      auto const end = std::min(at + step, from_server.size());
      append(to_client,
             ByteView(server(Bytes(from_server.begin() + static_cast<std::ptrdiff_t>(at),
                                   from_server.begin() + static_cast<std::ptrdiff_t>(end)))
                          .to_client));
    }
    EXPECT_EQ(to_client,
              wire::encode(wire::conn_c2(1, ReceiveWindowSize(65536), ConnectionTimeout(120000))) +
                  rpc(500) + rpc(333))
        << "in steps of " << step;
  }
}

TEST_F(OutboundProxyTest, AcknowledgesTheServerDirectly) {
  reach(State::Opened);
  auto const seen = server(rpc(40000));
  EXPECT_EQ(seen.to_client, rpc(40000));
  EXPECT_EQ(seen.to_server, ack(40000, 65536, kOutCookie));
}

TEST_F(OutboundProxyTest, StopsAtTheClientsWindowAndGoesOnAfterItsAck) {
  reach(State::Opened, 8192);
  EXPECT_EQ(server(rpc(8000, 1) + rpc(8000, 2)).to_client, rpc(8000, 1));
  auto const seen = server(routed_ack(FDOutProxy, 8000, 8192, kOutCookie));
  EXPECT_EQ(seen.to_client, rpc(8000, 2)) << "and the acknowledgement itself stays here";
}

TEST_F(OutboundProxyTest, TakesAnAckInTheMiddleOfData) {
  reach(State::Opened, 8192);
  auto const seen = server(rpc(8000, 1) + rpc(4000, 2) +
                           routed_ack(FDOutProxy, 8000, 8192, kOutCookie) + rpc(4000, 3));
  EXPECT_EQ(seen.to_client, rpc(8000, 1) + rpc(4000, 2) + rpc(4000, 3));
}

TEST_F(OutboundProxyTest, LetsRtsPdusPassAnExhaustedWindow) {
  reach(State::Opened, 8192);
  static_cast<void>(server(rpc(8192) + rpc(24)));
  auto const routed = routed_ack(FDClient, 0, 65536, kInCookie);
  EXPECT_EQ(server(routed).to_client, routed);
}

TEST_F(OutboundProxyTest, DiscardsAnAckWithAnUnknownCookieAndRefusesAnImpossibleOne) {
  reach(State::Opened);
  EXPECT_TRUE(server(routed_ack(FDOutProxy, 5, 65536, kInCookie)).order.empty());
  EXPECT_TRUE(
      server(routed_ack(FDOutProxy, 5, 65536, kOutCookie)).closed_for(CloseReason::protocol_error));
}

TEST_F(OutboundProxyTest, NeverSendsARoutedPduBackWhereItCameFrom) {
  reach(State::Opened);
  EXPECT_TRUE(server(routed_ack(FDServer, 0, 65536, kInCookie)).order.empty());
  EXPECT_TRUE(server(routed_ack(FDInProxy, 0, 65536, kInCookie)).order.empty());
  EXPECT_TRUE(client(routed_ack(FDClient, 0, 65536, kInCookie)).order.empty());
}

TEST_F(OutboundProxyTest, ClosesOnAnRpcPduFromTheClient) {
  for (auto const state : {State::OpenStart, State::C1W, State::Opened}) {
    start({});
    reach(state);
    EXPECT_TRUE(client(rpc(24)).closed_for(CloseReason::wrong_direction));
  }
}

TEST_F(OutboundProxyTest, PassesRpcPdusOnBeforeConnC1) {
  reach(State::C1W);
  EXPECT_EQ(server(rpc(100)).to_client, rpc(100));
}

TEST_F(OutboundProxyTest, ClosesWhenEitherSideCloses) {
  for (auto const state : {State::OpenStart, State::C1W, State::Opened}) {
    for (auto const leg : {ProxyLeg::client, ProxyLeg::server}) {
      start({});
      reach(state);
      proxy_->on_closed(leg);
      EXPECT_TRUE(drain(*proxy_).closed_for(leg == ProxyLeg::client ? CloseReason::client_closed
                                                                    : CloseReason::server_closed));
      proxy_->on_closed(ProxyLeg::client);
      EXPECT_TRUE(drain(*proxy_).order.empty()) << "a close in Finished is ignored";
    }
  }
}

/// What each side may send, by state; every other kind of RTS PDU is a protocol error.
bool is_legal(State state, ProxyLeg from, wire::RtsPdu const& pdu) {
  using enum wire::RtsPduKind;
  if (wire::find<wire::DestinationCommand>(pdu) != nullptr) {
    auto const of_opened = wire::has_form(pdu, OutR1A1) || wire::has_form(pdu, OutR1A5);
    return from == ProxyLeg::server ? state == State::Opened || !of_opened
                                    : state != State::OpenStart;
  }
  if (from == ProxyLeg::server) {
    return (state == State::C1W && wire::has_form(pdu, ConnC1)) ||
           (state == State::Opened && wire::has_form(pdu, OutR1A9));
  }
  return state == State::OpenStart && (wire::has_form(pdu, ConnA1) || wire::has_form(pdu, OutR1A3));
}

TEST_F(OutboundProxyTest, AcceptsExactlyTheListedPdusInEachState) {
  for (auto const state : {State::OpenStart, State::C1W, State::Opened}) {
    for (auto const from : {ProxyLeg::client, ProxyLeg::server}) {
      for (auto const& form : wire::rts_forms()) {
        if (state == State::OpenStart && from == ProxyLeg::server) {
          continue;  // there is no connection to the server yet
        }
        start({});
        reach(state);
        auto const pdu = wire::make(form.kind);
        auto const seen =
            from == ProxyLeg::client ? client(wire::encode(pdu)) : server(wire::encode(pdu));
        EXPECT_EQ(!seen.closed_for(CloseReason::protocol_error), is_legal(state, from, pdu))
            << form.name << " in state " << static_cast<int>(state);
      }
    }
  }
}

TEST_F(OutboundProxyTest, PingsWhenNothingWasSentForHalfAConnectionTimeout) {
  reach(State::Opened);
  EXPECT_EQ(proxy_->next_deadline(), kStart + 450s);
  now_ = kStart + 100s;
  static_cast<void>(server(rpc(100)));
  EXPECT_EQ(proxy_->next_deadline(), kStart + 550s);
  EXPECT_EQ(deadline().to_client, wire::encode(wire::ping()));
  EXPECT_EQ(proxy_->next_deadline(), kStart + 1000s);
}

TEST_F(OutboundProxyTest, TellsTheServerOfItsPingsAfterTheFiftySecond) {
  reach(State::Opened);
  for (int pings = 1; pings <= 51; ++pings) {
    ASSERT_TRUE(deadline().to_server.empty()) << "after " << pings;
  }
  EXPECT_EQ(deadline().to_server, wire::encode(wire::ping_traffic_sent_notify(1040)));
  EXPECT_TRUE(deadline().to_server.empty()) << "the count starts anew";
}

TEST_F(OutboundProxyTest, DoesNotPingWhenPingsAreOff) {
  OutboundProxyConfig config;
  config.pings = Pings::off;
  start(config);
  reach(State::Opened);
  EXPECT_EQ(proxy_->next_deadline(), kNever);
}

TEST_F(OutboundProxyTest, NeverCarriesMoreThanItAnnounced) {
  OutboundProxyConfig config;
  config.channel_lifetime = ChannelLifetime(131072);
  start(config);
  reach(State::Opened);
  std::size_t carried = 28 + 44;
  std::uint32_t received = 0;
  while (proxy_->state() == State::Opened) {
    auto const seen = server(rpc(30000));
    carried += seen.to_client.size();
    received += static_cast<std::uint32_t>(seen.to_client.size());
    if (proxy_->state() == State::Finished) {
      EXPECT_TRUE(seen.closed_for(CloseReason::lifetime_spent));
      break;
    }
    static_cast<void>(server(routed_ack(FDOutProxy, received, 65536, kOutCookie)));
  }
  EXPECT_EQ(carried, 28U + 44U + 4 * 30000U);
}

TEST_F(OutboundProxyTest, CountsPingsAndRoutedPdusAgainstItsContentLength) {
  OutboundProxyConfig config;
  config.channel_lifetime = ChannelLifetime(28 + 44 + 20 + 56);
  start(config);
  reach(State::Opened);
  EXPECT_EQ(deadline().to_client.size(), 20U);
  EXPECT_EQ(server(routed_ack(FDClient, 0, 65536, kInCookie)).to_client.size(), 56U);
  auto const seen = deadline();
  EXPECT_TRUE(seen.to_client.empty());
  EXPECT_TRUE(seen.closed_for(CloseReason::lifetime_spent));
}

TEST_F(OutboundProxyTest, SurvivesRandomBytesFromBothSides) {
  std::mt19937 random(12);
  for (int round = 0; round < 2000; ++round) {
    start({});
    reach(static_cast<State>(random() % 3));
    for (int i = 0; i < 10 && proxy_->state() != State::Finished; ++i) {
      auto pdu = wire::encode(wire::make(static_cast<wire::RtsPduKind>(random() % 50)));
      pdu[random() % pdu.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
      static_cast<void>(random() % 2 == 0 ? client(pdu) : server(pdu));
    }
  }
}

}  // namespace
}  // namespace rpchspec::session
