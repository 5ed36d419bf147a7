#include "protocol/session/relay.hpp"

#include <random>

#include <gtest/gtest.h>

#include "tests/session/proxy_testing.hpp"

namespace rpchspec::session {
namespace {

using testing::rpc;
using testing::Seen;
using testing::operator+;

class RelayTest : public ::testing::Test {
 protected:
  void start(Relay::Options options, std::uint32_t window = 65536) {
    relay_ = std::make_unique<Relay>(options, outputs_);
    relay_->set_peer_window(ReceiveWindowSize(window));
    relay_->unplug();
  }

  Seen arrive(Bytes const& pdus) {
    input_ = pdus;
    relay_->begin_input();
    outputs_.begin(input_);
    ByteView rest = input_;
    while (auto const pdu = *wire::next_pdu(rest)) {
      relay_->on_pdu(pdu->bytes);
    }
    return take();
  }

  Seen acknowledge(std::uint32_t received, std::uint32_t available) {
    relay_->begin_input();
    outputs_.begin({});
    last_ack_ = relay_->on_ack({BytesReceived(received), AvailableWindow(available), {}});
    return take();
  }

  Seen take() {
    Seen seen;
    while (auto const event = outputs_.next()) {
      ++seen.events;
      std::visit(seen, *event);
    }
    return seen;
  }

  ProxyOutputs outputs_;
  std::unique_ptr<Relay> relay_;
  Bytes input_;
  Result<void> last_ack_;
};

// The example of MS-RPCH 4.2.
TEST_F(RelayTest, AcknowledgesAsInTheStandardsExample) {
  start({});
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(arrive(rpc(5840)));
    EXPECT_FALSE(relay_->take_ack()) << "after PDU " << i + 1;
  }
  static_cast<void>(arrive(rpc(5840)));
  auto const ack = relay_->take_ack();
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->bytes_received, BytesReceived(35040));
  EXPECT_EQ(ack->available_window, AvailableWindow(65536));
  static_cast<void>(arrive(rpc(5840)));
  static_cast<void>(acknowledge(35040, 65536));
  EXPECT_EQ(relay_->send_window().available(), AvailableWindow(59696));
}

TEST_F(RelayTest, PassesNeighboursOnAsOnePieceOfTheInput) {
  start({});
  auto const seen = arrive(rpc(100) + rpc(200) + rpc(300));
  EXPECT_EQ(seen.events, 1U);
  EXPECT_EQ(seen.to_server, rpc(100) + rpc(200) + rpc(300));
}

TEST_F(RelayTest, SendsAPduAsLargeAsTheWindowAndHoldsOneThatIsLarger) {
  start({}, 8192);
  EXPECT_EQ(arrive(rpc(8192)).to_server.size(), 8192U);
  EXPECT_TRUE(arrive(rpc(24)).to_server.empty());
  EXPECT_EQ(relay_->held_bytes(), 24U);
  EXPECT_EQ(acknowledge(8192, 8192).to_server, rpc(24));
}

TEST_F(RelayTest, HoldsASmallPduBehindALargeOneThatWaits) {
  start({}, 10000);
  static_cast<void>(arrive(rpc(6000, 1)));
  EXPECT_TRUE(arrive(rpc(6000, 2) + rpc(24, 3)).to_server.empty());
  EXPECT_EQ(acknowledge(6000, 10000).to_server, rpc(6000, 2) + rpc(24, 3));
}

TEST_F(RelayTest, ReleasesOnlyWhatTheWindowAllows) {
  start({}, 8192);
  static_cast<void>(arrive(rpc(8000, 1) + rpc(4000, 2) + rpc(4000, 3) + rpc(4000, 4)));
  EXPECT_EQ(acknowledge(8000, 8192).to_server, rpc(4000, 2) + rpc(4000, 3));
  EXPECT_EQ(acknowledge(16000, 8192).to_server, rpc(4000, 4));
}

TEST_F(RelayTest, CountsHeldBytesAgainstTheWindowWeAdvertise) {
  start({}, 8192);
  static_cast<void>(arrive(rpc(8192)));
  for (int i = 0; i < 7; ++i) {
    static_cast<void>(arrive(rpc(8192)));
  }
  EXPECT_FALSE(relay_->take_ack()) << "a window that is not free must not be advertised";
  EXPECT_EQ(relay_->receive_window().free_space(), AvailableWindow(8192));
}

TEST_F(RelayTest, HasNoRoomOnceTheSenderOverranTheWindow) {
  start({}, 8192);
  std::size_t taken = 0;
  while (relay_->has_room(65535)) {
    static_cast<void>(arrive(rpc(65535)));
    ASSERT_LT(taken += 65535, 1U << 20) << "memory must be bounded";
  }
}

TEST_F(RelayTest, RefusesAnAckForBytesNeverSentAndKeepsItsWindow) {
  start({}, 65536);
  static_cast<void>(arrive(rpc(1000)));
  static_cast<void>(acknowledge(1001, 65536));
  EXPECT_FALSE(last_ack_);
  static_cast<void>(acknowledge(0, 999));
  EXPECT_FALSE(last_ack_) << "a negative window";
  static_cast<void>(acknowledge(1000, 65537));
  EXPECT_FALSE(last_ack_) << "above what was announced";
  EXPECT_EQ(relay_->send_window().available(), AvailableWindow(64536));
}

TEST_F(RelayTest, StopsForGoodWhereThePduDoesNotFitTheContentLength) {
  ContentBudget budget(1000);
  Relay::Options options;
  options.budget = &budget;
  start(options);
  EXPECT_EQ(arrive(rpc(600, 1) + rpc(600, 2) + rpc(24, 3)).to_server, rpc(600, 1));
  EXPECT_TRUE(budget.spent());
  EXPECT_EQ(budget.left(), 400U);
}

TEST_F(RelayTest, KeepsEveryByteInOrderUnderAnyWindowsAndSegments) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::uint32_t const window = 8192 + random() % 60000;
    start({}, window);
    Bytes sent;
    Bytes got;
    std::uint32_t acknowledged = 0;
    for (int round = 0; round < 500; ++round) {
      Bytes batch;
      for (auto n = random() % 4; n > 0; --n) {
        batch = batch + rpc(24 + random() % 5800, static_cast<std::uint8_t>(random()));
      }
      if (relay_->has_room(batch.size())) {
        append(sent, ByteView(batch));
        append(got, ByteView(arrive(batch).to_server));
      }
      ASSERT_LE(got.size() - acknowledged, window) << "seed " << seed;
      if (random() % 3 == 0) {
        acknowledged = static_cast<std::uint32_t>(got.size());
        append(got, ByteView(acknowledge(acknowledged, window).to_server));
        ASSERT_TRUE(last_ack_);
      }
    }
    while (relay_->held_bytes() != 0) {
      auto const received = static_cast<std::uint32_t>(got.size());
      append(got, ByteView(acknowledge(received, window).to_server));
    }
    ASSERT_EQ(got, sent) << "seed " << seed;
  }
}

// A sender that obeys our acknowledgements never stalls for good, whatever the sizes.
TEST_F(RelayTest, NeverStallsASenderThatObeysItsAcks) {
  for (std::uint32_t size : {24U, 1000U, 4096U, 5840U, 32768U, 40000U, 65535U}) {
    start({}, 65536);
    SendWindow sender{ReceiveWindowSize(65536)};
    std::size_t got = 0;
    for (int pdus = 0; pdus < 200; ++pdus) {
      ASSERT_TRUE(sender.admits(RpcPduSize(size))) << size << " bytes, PDU " << pdus;
      sender.on_sent(RpcPduSize(size));
      got += arrive(rpc(size)).to_server.size();
      got += acknowledge(static_cast<std::uint32_t>(got), 65536).to_server.size();
      if (auto const ack = relay_->take_ack()) {
        ASSERT_TRUE(sender.on_ack(*ack));
      }
    }
  }
}

struct Misbehaviour {
  char const* name;
  RelayDeviations deviations;
  Bytes expected;
};

TEST_F(RelayTest, MisbehavesExactlyAsTold) {
  auto const a = rpc(100, 1);
  auto const b = rpc(100, 2);
  auto const c = rpc(100, 3);
  auto flipped = b;
  flipped[50] ^= 1;
  Misbehaviour const cases[] = {
      {"drop", {.drop_every = 2}, a + c},
      {"duplicate", {.duplicate_every = 2}, a + b + b + c},
      {"swap", {.swap_every = 2}, a + c + b},
      {"flip", {.flip_byte_at = 150}, a + flipped + c},
      {"wait", {.wait_for_next = true}, a + b},
  };
  for (auto const& each : cases) {
    SCOPED_TRACE(each.name);
    Relay::Options options;
    options.deviations = each.deviations;
    start(options);
    Bytes got;
    for (auto const& pdu : {a, b, c}) {
      append(got, ByteView(arrive(pdu).to_server));
    }
    EXPECT_EQ(got, each.expected);
  }
}

TEST_F(RelayTest, FillsTheWindowOtherwiseAsTold) {
  auto const a = rpc(100, 1);
  auto const large = rpc(200, 2);
  auto const c = rpc(100, 3);
  Misbehaviour const cases[] = {
      {"sound", {}, a},
      {"smaller first", {.smaller_first = true}, a + c},
      {"not empty", {.window_not_empty = true}, a + large},
  };
  for (auto const& each : cases) {
    SCOPED_TRACE(each.name);
    Relay::Options options;
    options.deviations = each.deviations;
    start(options, 250);
    EXPECT_EQ(arrive(a + large + c).to_server, each.expected);
  }
}

TEST_F(RelayTest, LosesWhatALongQueueHasNoPlaceForAsTold) {
  auto const large = rpc(200, 2);
  auto const c = rpc(100, 3);
  for (std::size_t const longest : {0, 1}) {
    Relay::Options options;
    options.deviations.longest_queue = longest;
    start(options, 250);
    arrive(rpc(100, 1) + large + c);
    EXPECT_EQ(acknowledge(100, 250).to_server, large);
    EXPECT_EQ(acknowledge(300, 250).to_server, longest == 0 ? c : Bytes());
  }
}

TEST_F(RelayTest, ForgetsWhatIsUnderWayAsTold) {
  for (bool const forgets : {false, true}) {
    Relay::Options options;
    options.deviations.forget_in_flight = forgets;
    start(options, 250);
    arrive(rpc(100, 1) + rpc(100, 2));
    acknowledge(100, 150);
    EXPECT_EQ(arrive(rpc(100, 3)).to_server.empty(), !forgets);
  }
}

TEST_F(RelayTest, AcknowledgesOtherwiseAsTold) {
  Relay::Options options;
  options.receive_window = ReceiveWindowSize(400);
  options.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
  auto const after_one_of_three = [&](AckDeviation acks) {
    options.deviations.acks = acks;
    start(options, 100);
    arrive(rpc(100, 1) + rpc(100, 2) + rpc(100, 3));
    auto const first = relay_->take_ack();
    acknowledge(100, 100);
    return std::pair(first, relay_->take_ack());
  };
  auto const [at_once, sound] = after_one_of_three(AckDeviation::none);
  EXPECT_EQ(at_once->bytes_received.value, 100U);
  EXPECT_EQ(sound->bytes_received.value, 300U);
  EXPECT_EQ(sound->available_window.value, 300U);
  EXPECT_EQ(after_one_of_three(AckDeviation::whole_window).second->available_window.value, 400U);
  EXPECT_EQ(after_one_of_three(AckDeviation::since_last).second->bytes_received.value, 200U);
  EXPECT_EQ(after_one_of_three(AckDeviation::one_byte_short).second->bytes_received.value, 299U);
  auto const [receipt, none] = after_one_of_three(AckDeviation::at_receipt);
  EXPECT_EQ(receipt->bytes_received.value, 300U);
  EXPECT_EQ(receipt->available_window.value, 400U);
  EXPECT_FALSE(none);
}

TEST_F(RelayTest, MixesUpPredecessorAndSuccessorAsTold) {
  auto const waiting = rpc(100, 2);
  auto const held = rpc(100, 3);
  auto const then = rpc(100, 4);
  Misbehaviour const cases[] = {
      {"sound", {}, waiting + held + then},
      {"drops the queue", {.drop_queue = true}, held + then},
      {"held last", {.held_last = true}, waiting + then + held},
  };
  for (auto const& each : cases) {
    SCOPED_TRACE(each.name);
    Relay::Options options;
    options.deviations = each.deviations;
    start(options, 100);
    arrive(rpc(100, 1) + waiting);
    relay_->add_successor();
    relay_->on_successor_pdu(held);
    relay_->begin_input();
    outputs_.begin({});
    relay_->switch_to_successor();
    auto got = take().to_server + arrive(then).to_server;
    for (std::uint32_t received = 100;; received += 100) {
      auto const next = acknowledge(received, 100).to_server;
      if (next.empty()) {
        break;
      }
      append(got, ByteView(next));
    }
    EXPECT_EQ(got, each.expected);
  }
}

}  // namespace
}  // namespace rpchspec::session
