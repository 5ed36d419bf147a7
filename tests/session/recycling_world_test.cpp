// All four machines back to back: each sequence, with traffic in flight, overlapping, many times.

#include "tests/session/recycling_world.hpp"

namespace rpchspec::session::testing {
namespace {

struct Sequences {
  RecyclingSequence in;
  RecyclingSequence out;
};

WorldOptions options(std::uint64_t seed, Sequences const& sequences) {
  WorldOptions made;
  made.seed = seed;
  made.client.virtual_connection_cookie = kVirtualConnection;
  made.client.in_channel_cookie = kInCookie;
  made.client.out_channel_cookie = kOutCookie;
  made.client.association_group_id = kGroup;
  made.client.receive_window = ReceiveWindowSize(16384);
  made.client.in_channel_lifetime = ChannelLifetime(131072);
  made.client.in_sequence = sequences.in;
  made.client.out_sequence = sequences.out;
  made.client.cookie_seed = seed;
  made.client.pings = false;
  made.server.receive_window = ReceiveWindowSize(16384);
  made.inbound.receive_window = ReceiveWindowSize(12288);
  made.inbound.content_length = 131072;
  made.outbound.receive_window = ReceiveWindowSize(12288);
  made.outbound.channel_lifetime = ChannelLifetime(131072);
  made.outbound.pings = Pings::off;
  return made;
}

class EachSequence : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  Sequences sequences_{GetParam() % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2,
                       GetParam() / 2 % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2};
  RecyclingWorld world_{options(GetParam(), sequences_)};

  void send_both_ways(std::size_t pdus) {
    for (std::size_t i = 0; i < pdus; ++i) {
      world_.client_sends(100 + i * 997 % 5000);
      world_.server_sends(100 + i * 613 % 5000);
    }
  }

  void recycle_in() {
    SuccessorWishes wishes;
    wishes.sequence = sequences_.in;
    ASSERT_TRUE(world_.client.start_in_recycling(wishes, TimePoint{}));
  }
};

TEST_P(EachSequence, RecyclesInWithTrafficInFlight) {
  world_.settle();
  ASSERT_TRUE(world_.client.opened());
  send_both_ways(10);
  world_.steps(17);
  recycle_in();
  send_both_ways(10);
  world_.settle();
  world_.expect_all_delivered();
  EXPECT_EQ(world_.client.recycled(Channel::in), 1U);
  EXPECT_EQ(world_.server.recycled(Channel::in), 1U);
  EXPECT_EQ(world_.http_connections(), 2U);
  EXPECT_EQ(world_.tcp_connections(), 2U);
  EXPECT_EQ(world_.tcp_opened(), sequences_.in == RecyclingSequence::r1 ? 3U : 2U);
}

TEST_P(EachSequence, RecyclesOutWithTrafficInFlight) {
  world_.settle();
  send_both_ways(10);
  world_.steps(17);
  ASSERT_TRUE(world_.server.start_out_recycling());
  send_both_ways(10);
  world_.settle();
  world_.expect_all_delivered();
  EXPECT_EQ(world_.client.recycled(Channel::out), 1U);
  EXPECT_EQ(world_.server.recycled(Channel::out), 1U);
  EXPECT_EQ(world_.http_connections(), 2U);
  EXPECT_EQ(world_.tcp_connections(), 2U);
  EXPECT_EQ(world_.tcp_opened(), sequences_.out == RecyclingSequence::r1 ? 3U : 2U);
}

TEST_P(EachSequence, RecyclesBothAtTheSameTimeAgainAndAgain) {
  world_.settle();
  for (std::uint32_t round = 1; round <= 6; ++round) {
    send_both_ways(6);
    world_.steps(round * 5);
    recycle_in();
    ASSERT_TRUE(world_.server.start_out_recycling());
    send_both_ways(6);
    world_.settle();
    world_.expect_all_delivered();
    ASSERT_EQ(world_.client.recycled(Channel::in), round);
    ASSERT_EQ(world_.client.recycled(Channel::out), round);
    ASSERT_TRUE(world_.client.settled(Channel::in) && world_.client.settled(Channel::out));
    ASSERT_TRUE(world_.server.settled(Channel::in) && world_.server.settled(Channel::out));
  }
  EXPECT_EQ(world_.http_connections(), 2U);
  EXPECT_EQ(world_.tcp_connections(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EachSequence, ::testing::Range<std::uint64_t>(1, 61));

/// More than a channel carries goes both ways: successors are opened in time, of themselves.
TEST(RecyclingWorld, CarriesMoreThanManyChannelsHoldWithoutBeingTold) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto made = options(seed, {seed % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2,
                               seed % 4 < 2 ? RecyclingSequence::r1 : RecyclingSequence::r2});
    RecyclingWorld world(made);
    world.settle();
    for (int i = 0; i < 250; ++i) {
      world.client_sends(5000);
      world.server_sends(5000);
      world.steps(20);
    }
    world.settle();
    world.expect_all_delivered();
    EXPECT_GE(world.client.recycled(Channel::in), 9U);
    EXPECT_GE(world.client.recycled(Channel::out), 9U);
    EXPECT_EQ(world.http_connections(), 2U);
    EXPECT_EQ(world.tcp_connections(), 2U);
  }
}

/// A window that is larger than a channel's lifetime, and one that needs an acknowledgement for
/// each PDU.
TEST(RecyclingWorld, CarriesMoreThanManyChannelsHoldWhateverTheWindows) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    auto made = options(seed, {seed % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2,
                               seed % 4 < 2 ? RecyclingSequence::r1 : RecyclingSequence::r2});
    auto const window = ReceiveWindowSize(seed % 3 == 0 ? 8192 : 262144);
    made.client.receive_window = window;
    made.server.receive_window = window;
    made.inbound.receive_window = window;
    made.outbound.receive_window = window;
    made.inbound.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    made.client.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    RecyclingWorld world(made);
    world.settle();
    for (int i = 0; i < 1500; ++i) {
      world.client_sends(500);
      world.server_sends(500);
      world.steps(3);
    }
    world.settle();
    SCOPED_TRACE(seed);
    world.expect_all_delivered();
    EXPECT_GE(world.client.recycled(Channel::in), 6U);
    EXPECT_GE(world.client.recycled(Channel::out), 6U);
  }
}

/// Lawful proxies of any kind, the inbound one of another than the outbound one.
TEST(RecyclingWorld, CarriesMoreThanManyChannelsHoldWhateverIsChosen) {
  auto const chosen = [](std::uint64_t bits) {
    RoleLatitude made;
    made.strict_window = (bits & 1) != 0;
    made.aborts_overrun = (bits & 2) != 0;
    made.counters_restart = (bits & 4) != 0;
    made.acks_twice = (bits & 8) != 0;
    made.own_c2 = (bits & 16) != 0;
    made.a8_without_version = (bits & 32) != 0;
    made.successor_unread = (bits & 64) != 0;
    made.head_before_b3 = (bits & 128) != 0;
    made.acks_at_once = (bits & 512) != 0;
    made.acks_former = (bits & 1024) != 0;
    made.refuses_unknown_forms = made.sends_back = (bits & 256) != 0;
    return made;
  };
  std::mt19937_64 random(20);
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    auto made = options(seed, {seed % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2,
                               seed % 4 < 2 ? RecyclingSequence::r1 : RecyclingSequence::r2});
    made.inbound.latitude = chosen(random());
    made.outbound.latitude = chosen(random());
    RecyclingWorld world(made);
    world.settle();
    for (int i = 0; i < 150; ++i) {
      world.client_sends(5000);
      world.server_sends(5000);
      world.steps(20);
    }
    world.settle();
    SCOPED_TRACE(seed);
    world.expect_all_delivered();
    EXPECT_GE(world.client.recycled(Channel::in), 5U);
    EXPECT_GE(world.client.recycled(Channel::out), 5U);
  }
}

/// Acknowledgements of one direction use up the other's channel.
TEST(RecyclingWorld, CarriesAnyNumberOfAcksAgainstTheTraffic) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    auto made = options(seed, {seed % 2 == 0 ? RecyclingSequence::r1 : RecyclingSequence::r2,
                               seed % 4 < 2 ? RecyclingSequence::r1 : RecyclingSequence::r2});
    made.inbound.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    made.client.ack_policy = ReceiveWindow::AckPolicy::every_pdu;
    RecyclingWorld world(made);
    world.settle();
    for (int i = 0; i < 3000; ++i) {
      seed % 2 == 0 ? world.client_sends(24) : world.server_sends(24);
      world.settle();
    }
    world.expect_all_delivered();
    EXPECT_GE(world.client.recycled(seed % 2 == 0 ? Channel::out : Channel::in), 1U);
  }
}

}  // namespace
}  // namespace rpchspec::session::testing
