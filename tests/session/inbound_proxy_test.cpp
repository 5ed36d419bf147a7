#include "protocol/session/inbound_proxy.hpp"

#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using namespace std::chrono_literals;
using namespace rpchspec::session::testing;
using enum wire::ForwardDestination;
using State = InboundProxy::State;

constexpr TimePoint kStart{};

class InboundProxyTest : public ::testing::Test {
 protected:
  void SetUp() override { start({}); }

  void start(InboundProxyConfig const& config) {
    proxy_ = std::make_unique<InboundProxy>(config, kStart);
    from_client_.clear();
    from_server_.clear();
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

  void reach(State state) {
    if (state == State::OpenStart) {
      return;
    }
    static_cast<void>(client(conn_b1()));
    static_cast<void>(connect());
    if (state == State::Opened) {
      static_cast<void>(server(conn_b3()));
    }
    ASSERT_EQ(proxy_->state(), state);
  }

  Seen closed(ProxyLeg leg) {
    proxy_->on_closed(leg);
    return drain(*proxy_);
  }

  std::unique_ptr<InboundProxy> proxy_;
  TimePoint now_ = kStart;
  Bytes from_client_;
  Bytes from_server_;
};

TEST_F(InboundProxyTest, ConnectsToTheServerOnConnB1) {
  EXPECT_EQ(client(conn_b1()).order, std::vector<std::string>{"connect"});
  EXPECT_EQ(proxy_->state(), State::B3W);
}

TEST_F(InboundProxyTest, SendsConnB2WithTheClientsCookiesAndItsOwnWindow) {
  InboundProxyConfig config;
  config.receive_window = ReceiveWindowSize(0x12000);
  config.connection_timeout = ConnectionTimeout(130000);
  start(config);
  static_cast<void>(client(conn_b1()));
  auto const seen = connect();
  wire::ConnB2 b2;
  b2.virtual_connection_cookie = kVirtualConnection;
  b2.in_channel_cookie = kInCookie;
  b2.receive_window = config.receive_window;
  b2.connection_timeout = config.connection_timeout;
  b2.association_group_id = kGroup;
  EXPECT_EQ(seen.to_server, wire::encode(wire::conn_b2(b2)));
  EXPECT_EQ(seen.keepalive, 300000U) << "ClientKeepalive 0 stands for 300000 ms";
}

TEST_F(InboundProxyTest, AnnouncesTheLowerVersion) {
  for (std::uint32_t const version : {0U, 1U, 2U, 0xFFFFFFFFU}) {
    start({});
    auto b1 = wire::conn_b1(kVirtualConnection, kInCookie, ChannelLifetime(1U << 30),
                            ClientKeepalive(0), kGroup);
    b1.commands[0] = wire::VersionCommand{version};
    static_cast<void>(client(wire::encode(b1)));
    auto const b2 = *wire::decode_rts(connect().to_server);
    EXPECT_EQ(wire::find<wire::VersionCommand>(b2)->value, std::min(version, 1U));
  }
}

TEST_F(InboundProxyTest, HoldsRpcPdusUntilConnB3AndKeepsTheirOrder) {
  reach(State::B3W);
  EXPECT_TRUE(client(rpc(100, 1) + rpc(200, 2)).order.empty());
  EXPECT_EQ(server(conn_b3()).to_server, rpc(100, 1) + rpc(200, 2));
  EXPECT_EQ(client(rpc(300, 3)).to_server, rpc(300, 3));
}

TEST_F(InboundProxyTest, LeavesClientBytesWhereTheyAreWhileItConnects) {
  EXPECT_TRUE(client(conn_b1() + rpc(100)).to_server.empty());
  EXPECT_FALSE(proxy_->wants_client_bytes());
  EXPECT_EQ(from_client_.size(), 100U);
  static_cast<void>(connect());
  EXPECT_TRUE(proxy_->wants_client_bytes());
  static_cast<void>(client({}));
  EXPECT_EQ(server(conn_b3()).to_server, rpc(100));
}

TEST_F(InboundProxyTest, TakesAnySegmentationOnBothLegs) {
  for (std::size_t const step : {1U, 7U, 19U, 20U, 21U, 1000U}) {
    start({});
    auto const from_client = conn_b1() + rpc(500) + wire::encode(wire::ping()) + rpc(333);
    auto const from_server = legacy_response() + conn_b3() + ack(0, 65536, kInCookie);
    Bytes to_server;
    for (std::size_t at = 0; at < from_client.size(); at += step) {
      auto const end = std::min(at + step, from_client.size());
      auto const seen = client(Bytes(from_client.begin() + static_cast<std::ptrdiff_t>(at),
                                     from_client.begin() + static_cast<std::ptrdiff_t>(end)));
      if (!seen.order.empty() && seen.order[0] == "connect") {
        static_cast<void>(connect());
      }
    }
    static_cast<void>(client({}));
    for (std::size_t at = 0; at < from_server.size(); at += step) {
      auto const end = std::min(at + step, from_server.size());
      append(to_server,
             ByteView(server(Bytes(from_server.begin() + static_cast<std::ptrdiff_t>(at),
                                   from_server.begin() + static_cast<std::ptrdiff_t>(end)))
                          .to_server));
    }
    EXPECT_EQ(to_server, rpc(500) + rpc(333)) << "in steps of " << step;
    EXPECT_EQ(proxy_->state(), State::Opened);
  }
}

TEST_F(InboundProxyTest, NeedsNoLegacyServerResponse) {
  reach(State::B3W);
  static_cast<void>(server(conn_b3()));
  EXPECT_EQ(proxy_->state(), State::Opened);
}

TEST_F(InboundProxyTest, RefusesSomethingThatOnlyStartsLikeALegacyServerResponse) {
  reach(State::B3W);
  EXPECT_TRUE(server({'n', 'c', 'a', 'x'}).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundProxyTest, AcknowledgesTheClientThroughTheServer) {
  reach(State::Opened);
  auto const seen = client(rpc(40000));
  EXPECT_EQ(seen.to_server, rpc(40000) + routed_ack(FDClient, 40000, 65536, kInCookie));
}

TEST_F(InboundProxyTest, StopsAtTheServersWindowAndGoesOnAfterItsAck) {
  reach(State::B3W);
  static_cast<void>(server(conn_b3(8192)));
  EXPECT_EQ(client(rpc(8000, 1) + rpc(8000, 2)).to_server, rpc(8000, 1));
  EXPECT_EQ(server(ack(8000, 8192, kInCookie)).to_server, rpc(8000, 2));
}

TEST_F(InboundProxyTest, LetsRtsPdusPassAnExhaustedWindow) {
  reach(State::B3W);
  static_cast<void>(server(conn_b3(8192)));
  static_cast<void>(client(rpc(8192) + rpc(24)));
  auto const routed = routed_ack(FDOutProxy, 0, 65536, kOutCookie);
  EXPECT_EQ(client(routed).to_server, routed);
}

TEST_F(InboundProxyTest, DiscardsAnAckWithAnUnknownCookie) {
  reach(State::B3W);
  static_cast<void>(server(conn_b3(8192)));
  static_cast<void>(client(rpc(8192) + rpc(24)));
  EXPECT_TRUE(server(ack(8192, 8192, kOutCookie)).order.empty());
  EXPECT_EQ(proxy_->state(), State::Opened);
}

TEST_F(InboundProxyTest, ClosesOnAnImpossibleAck) {
  reach(State::Opened);
  EXPECT_TRUE(server(ack(1, 65536, kInCookie)).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundProxyTest, PassesRoutedPdusOfTheClientOnUnchanged) {
  for (auto const destination : {FDServer, FDOutProxy, FDClient}) {
    start({});
    reach(State::Opened);
    auto const pdu = routed_ack(destination, 77, 65536, kOutCookie);
    EXPECT_EQ(client(pdu).to_server, pdu);
  }
}

TEST_F(InboundProxyTest, NeverSendsARoutedPduBackWhereItCameFrom) {
  reach(State::Opened);
  for (auto const destination : {FDClient, FDServer, FDOutProxy}) {
    EXPECT_TRUE(server(routed_ack(destination, 0, 65536, kOutCookie)).order.empty());
  }
  EXPECT_TRUE(client(routed_ack(FDInProxy, 0, 65536, kOutCookie)).order.empty());
}

TEST_F(InboundProxyTest, KeepsTheClientsPingToItself) {
  for (auto const state : {State::OpenStart, State::B3W, State::Opened}) {
    start({});
    reach(state);
    EXPECT_TRUE(client(wire::encode(wire::ping())).order.empty());
    EXPECT_EQ(proxy_->state(), state);
  }
}

TEST_F(InboundProxyTest, TurnsAKeepAlivePduIntoTcpKeepAlive) {
  reach(State::Opened);
  auto const seen = client(wire::encode(wire::keep_alive(ClientKeepalive(60000))));
  EXPECT_EQ(seen.order, std::vector<std::string>{"keepalive"});
  EXPECT_EQ(seen.keepalive, 60000U);
}

TEST_F(InboundProxyTest, AnswersAnEchoAndIsFinished) {
  proxy_->on_echo_request();
  EXPECT_EQ(drain(*proxy_).order, std::vector<std::string>{"echo"});
  EXPECT_EQ(proxy_->state(), State::Finished);
}

TEST_F(InboundProxyTest, Answers503WhenTheServerCannotBeReached) {
  static_cast<void>(client(conn_b1()));
  proxy_->on_server_failed(0x6BA);
  auto const seen = drain(*proxy_);
  EXPECT_EQ(seen.rpc_error, 0x6BAU);
  EXPECT_EQ(seen.order.front(), "503");
  EXPECT_TRUE(seen.closed_for(CloseReason::server_failed));
}

TEST_F(InboundProxyTest, ClosesOnAnRpcPduFromTheServerInEveryState) {
  for (auto const state : {State::B3W, State::Opened}) {
    start({});
    reach(state);
    EXPECT_TRUE(server(rpc(24)).closed_for(CloseReason::wrong_direction));
  }
}

TEST_F(InboundProxyTest, ClosesWhenEitherSideClosesAndOnlyOnce) {
  for (auto const state : {State::OpenStart, State::B3W, State::Opened}) {
    for (auto const leg : {ProxyLeg::client, ProxyLeg::server}) {
      start({});
      reach(state);
      auto const reason =
          leg == ProxyLeg::client ? CloseReason::client_closed : CloseReason::server_closed;
      EXPECT_TRUE(closed(leg).closed_for(reason));
      EXPECT_EQ(proxy_->state(), State::Finished);
      EXPECT_TRUE(closed(ProxyLeg::client).order.empty()) << "a close in Finished is ignored";
      EXPECT_TRUE(closed(ProxyLeg::server).order.empty());
      EXPECT_TRUE(client(rpc(24)).order.empty());
      EXPECT_TRUE(server(rpc(24)).order.empty());
    }
  }
}

struct Illegal {
  std::string name;
  Bytes pdu;
};

std::vector<Illegal> broken_syntax() {
  auto const broken = [](std::size_t offset, std::uint8_t value) {
    auto pdu = wire::encode(wire::ping());
    pdu[offset] = value;
    return pdu;
  };
  auto count = wire::ping();
  count.header.number_of_commands = 1;
  auto window = wire::conn_b3(ReceiveWindowSize(4096), 1);
  return {{"rpc_vers", broken(0, 4)},        {"minor version", broken(1, 1)},
          {"pfc_flags", broken(3, 1)},       {"drep", broken(5, 1)},
          {"auth_length", broken(10, 8)},    {"call_id", broken(12, 1)},
          {"frag_length 15", broken(8, 15)}, {"unknown flags", broken(17, 0x40)},
          {"count", wire::encode(count)},    {"window 4096", wire::encode(window)}};
}

TEST_F(InboundProxyTest, ClosesOnInvalidSyntaxFromEitherSideInEveryState) {
  for (auto const state : {State::OpenStart, State::B3W, State::Opened}) {
    for (auto const& illegal : broken_syntax()) {
      start({});
      reach(state);
      EXPECT_TRUE(client(illegal.pdu).closed_for(CloseReason::protocol_error)) << illegal.name;
      if (state != State::OpenStart) {
        start({});
        reach(state);
        EXPECT_TRUE(server(illegal.pdu).closed_for(CloseReason::protocol_error)) << illegal.name;
      }
    }
  }
}

/// What each side may send, by state; every other kind of RTS PDU is a protocol error.
bool is_legal(State state, ProxyLeg from, wire::RtsPdu const& pdu) {
  if (wire::find<wire::DestinationCommand>(pdu) != nullptr) {
    return state != State::OpenStart || from == ProxyLeg::server;
  }
  using enum wire::RtsPduKind;
  if (from == ProxyLeg::server) {
    return wire::has_form(pdu, FlowControlAck) ||
           (state == State::B3W && wire::has_form(pdu, ConnB3));
  }
  return wire::has_form(pdu, Ping) || wire::has_form(pdu, KeepAlive) ||
         (state == State::OpenStart &&
          (wire::has_form(pdu, ConnB1) || wire::has_form(pdu, InR1A1))) ||
         (state == State::Opened && wire::has_form(pdu, InR1A5));
}

TEST_F(InboundProxyTest, AcceptsExactlyTheListedPdusInEachState) {
  for (auto const state : {State::OpenStart, State::B3W, State::Opened}) {
    for (auto const from : {ProxyLeg::client, ProxyLeg::server}) {
      for (auto const& form : wire::rts_forms()) {
        if (state == State::OpenStart && from == ProxyLeg::server) {
          continue;  // there is no connection to the server yet
        }
        start({});
        reach(state);
        auto pdu = wire::make(form.kind);
        auto const seen =
            from == ProxyLeg::client ? client(wire::encode(pdu)) : server(wire::encode(pdu));
        EXPECT_EQ(!seen.closed_for(CloseReason::protocol_error), is_legal(state, from, pdu))
            << form.name << " in state " << static_cast<int>(state);
      }
    }
  }
}

TEST_F(InboundProxyTest, EndsWithTheContentLengthOnceAllIsPassedOn) {
  InboundProxyConfig config;
  config.content_length = 104 + 9000;
  start(config);
  reach(State::B3W);
  static_cast<void>(server(conn_b3(8192)));
  EXPECT_EQ(client(rpc(8000, 1) + rpc(1000, 2)).to_server, rpc(8000, 1));
  EXPECT_EQ(proxy_->state(), State::Opened) << "a PDU still waits for the window";
  auto const seen = server(ack(8000, 8192, kInCookie));
  EXPECT_EQ(seen.to_server, rpc(1000, 2));
  EXPECT_TRUE(seen.closed_for(CloseReason::lifetime_spent));
}

TEST_F(InboundProxyTest, RefusesAPduThatReachesPastTheContentLength) {
  InboundProxyConfig config;
  config.content_length = 104 + 100;
  start(config);
  reach(State::Opened);
  EXPECT_TRUE(client(rpc(101)).closed_for(CloseReason::protocol_error));
}

TEST_F(InboundProxyTest, GivesUpWhenNoFirstPduComes) {
  EXPECT_EQ(proxy_->next_deadline(), kStart + 900s);
  proxy_->on_deadline(kStart + 899s);
  EXPECT_TRUE(drain(*proxy_).order.empty());
  proxy_->on_deadline(kStart + 900s);
  EXPECT_TRUE(drain(*proxy_).closed_for(CloseReason::no_first_pdu));
}

TEST_F(InboundProxyTest, LetsASilentClientBe) {
  reach(State::Opened);
  EXPECT_EQ(proxy_->next_deadline(), kNever);
}

TEST_F(InboundProxyTest, ClosesAnIdleChannelOnlyWhenToldTo) {
  InboundProxyConfig config;
  config.idle_timeout = 1000s;
  start(config);
  reach(State::Opened);
  now_ = kStart + 600s;
  static_cast<void>(client(wire::encode(wire::ping())));
  EXPECT_EQ(proxy_->next_deadline(), kStart + 1600s);
  proxy_->on_deadline(kStart + 1600s);
  EXPECT_TRUE(drain(*proxy_).closed_for(CloseReason::idle));
}

TEST_F(InboundProxyTest, SurvivesRandomBytesFromBothSides) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    start({});
    reach(static_cast<State>(std::array{0, 1, 3}[random() % 3]));
    for (int i = 0; i < 10 && proxy_->state() != State::Finished; ++i) {
      auto pdu = wire::encode(wire::make(static_cast<wire::RtsPduKind>(random() % 50)));
      pdu[random() % pdu.size()] ^= static_cast<std::uint8_t>(1U << (random() % 8));
      static_cast<void>(random() % 2 == 0 ? client(pdu) : server(pdu));
    }
  }
}

}  // namespace
}  // namespace rpchspec::session
