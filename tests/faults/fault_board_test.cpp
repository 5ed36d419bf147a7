// What becomes of PDUs on a leg, as the faults on the board say.

#include "harness/faults/fault_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::faults {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Bytes pdu(wire::RtsPduKind kind) {
  return wire::encode(wire::make(kind));
}

Bytes const kPing = wire::encode(wire::ping());
Bytes const kC1 = pdu(wire::RtsPduKind::ConnC1);

class FaultBoardTest : public testing::Test {
 protected:
  /// A leg of a stream that is not connected, and what came through.
  struct Leg {
    net::Stream stream;
    std::vector<Bytes> sent;
    std::shared_ptr<net::SendGate> gate;

    void send(std::initializer_list<Bytes> pdus) {
      for (auto const& each : pdus) {
        gate->pass(each);
      }
    }
  };

  std::unique_ptr<Leg> open(std::string name, std::uint32_t virtual_connection = 1) {
    auto leg = std::make_unique<Leg>();
    net::LegControls controls;
    controls.stream = &leg->stream;
    controls.write = [&sent = leg->sent](Bytes bytes) { sent.push_back(std::move(bytes)); };
    leg->gate = board_.opened({std::move(name), 0, virtual_connection}, std::move(controls));
    return leg;
  }

  static api::Fault of_pings(std::string const& name, std::uint32_t times = 0) {
    api::Fault fault;
    fault.set_name(name);
    fault.set_leg("server.out");
    fault.set_drop("Ping");
    fault.set_times(times);
    return fault;
  }

  net::asio::io_context io_;
  FaultBoard board_{io_.get_executor(), {}};
};

TEST_F(FaultBoardTest, ActsSoManyTimesAndNoMore) {
  auto const leg = open("server.out");
  ASSERT_TRUE(board_.set(of_pings("lost", 2)));
  leg->send({kPing, kC1, kPing, kPing});
  EXPECT_THAT(leg->sent, ElementsAre(kC1, kPing));
  EXPECT_EQ(board_.find("lost")->applied(), 2U);
}

TEST_F(FaultBoardTest, ActsOnlyOnItsLegAndVirtualConnection) {
  auto const mine = open("server.out", 2);
  auto const other = open("server.out", 1);
  auto const in = open("server.in", 2);
  ASSERT_TRUE(board_.set(of_pings("lost"), 2));
  for (auto* const leg : {mine.get(), other.get(), in.get()}) {
    leg->send({kPing});
  }
  EXPECT_THAT(mine->sent, IsEmpty());
  EXPECT_THAT(other->sent, ElementsAre(kPing));
  EXPECT_THAT(in->sent, ElementsAre(kPing));
  auto const later = open("server.out", 2);
  later->send({kPing});
  EXPECT_THAT(later->sent, IsEmpty());
}

TEST_F(FaultBoardTest, BeginsBehindTheNthPdu) {
  auto const leg = open("server.out");
  auto fault = of_pings("lost");
  fault.mutable_after()->set_pdu("rts");
  fault.mutable_after()->set_count(2);
  ASSERT_TRUE(board_.set(fault));
  leg->send({kPing, kPing, kPing, kC1});
  EXPECT_THAT(leg->sent, ElementsAre(kPing, kPing, kC1));
}

TEST_F(FaultBoardTest, SendsTwiceAndWithOtherCookies) {
  auto const leg = open("server.out");
  api::Fault twice;
  twice.set_name("twice");
  twice.set_leg("server.out");
  twice.set_repeat("CONN/C1");
  twice.set_times(1);
  ASSERT_TRUE(board_.set(twice));
  leg->send({kC1, kC1});
  EXPECT_THAT(leg->sent, ElementsAre(kC1, kC1, kC1));
  auto const a5 = pdu(wire::RtsPduKind::InR1A5);
  api::Fault wrong;
  wrong.set_name("wrong");
  wrong.set_leg("server.out");
  wrong.set_wrong_cookie("rts");
  ASSERT_TRUE(board_.set(wrong));
  leg->sent.clear();
  leg->send({a5});
  EXPECT_THAT(leg->sent, ElementsAre(with_wrong_cookies(wire::PduView{a5})));
}

TEST_F(FaultBoardTest, WhatIsHeldGoesOutInOrderWhenItIsEnded) {
  auto const leg = open("server.out");
  api::Fault late;
  late.set_name("late");
  late.set_leg("server.out");
  late.set_hold("CONN/C1");
  ASSERT_TRUE(board_.set(late));
  leg->send({kPing, kC1, kPing});
  EXPECT_THAT(leg->sent, ElementsAre(kPing));
  ASSERT_TRUE(board_.end("late"));
  EXPECT_THAT(leg->sent, ElementsAre(kPing, kC1, kPing));
  auto const again = board_.end("late");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().why, Refusal::Why::not_there);
}

}  // namespace
}  // namespace rpchspec::faults
