#include "net/send_gate.hpp"

#include <gtest/gtest.h>

#include "protocol/wire/rts_catalogue.hpp"

namespace rpchspec::net {
namespace {

/// A gate over a stream that is not connected, and what came through.
struct Watched {
  explicit Watched(SendGate::Judge judge = [](auto&, auto const&) { return Decision(); })
      : gate({"client.out", 1, 0}, controls(), std::move(judge)) {}

  LegControls controls() {
    LegControls made;
    made.stream = &stream;
    made.write = [this](Bytes bytes) { append(sent, bytes); };
    return made;
  }

  Stream stream;
  Bytes sent;
  SendGate gate;
};

Bytes ping() {
  return wire::encode(wire::ping());
}

Bytes c2() {
  return wire::encode(wire::make(wire::RtsPduKind::ConnC2));
}

Bytes together(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (auto const& part : parts) {
    append(all, part);
  }
  return all;
}

/// What a fate does to pings.
SendGate::Judge to_pings(Fate fate) {
  return [fate](SendGate&, wire::PduView const& pdu) {
    Decision decision;
    decision.fate = pdu.bytes.size() == 20 ? fate : Fate::pass;
    return decision;
  };
}

TEST(SendGate, PassesPdusInAnySegmentation) {
  auto const all = together({c2(), ping(), c2()});
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    Watched watched;
    watched.gate.pass(ByteView(all).first(cut));
    watched.gate.pass(ByteView(all).subspan(cut));
    EXPECT_EQ(watched.sent, all) << cut;
  }
}

TEST(SendGate, JudgesEachPduOnce) {
  int judged = 0;
  Watched watched([&](SendGate&, wire::PduView const&) {
    ++judged;
    return Decision();
  });
  auto const all = together({c2(), ping(), c2()});
  for (auto const byte : all) {
    watched.gate.pass(ByteView(&byte, 1));
  }
  EXPECT_EQ(judged, 3);
}

TEST(SendGate, DropsAndRepeats) {
  Watched drops(to_pings(Fate::drop));
  drops.gate.pass(together({c2(), ping(), c2()}));
  EXPECT_EQ(drops.sent, together({c2(), c2()}));
  Watched repeats(to_pings(Fate::repeat));
  repeats.gate.pass(together({ping(), c2()}));
  EXPECT_EQ(repeats.sent, together({ping(), ping(), c2()}));
}

TEST(SendGate, HoldsAPduAndWhatFollowsIt) {
  bool holds = true;
  Watched watched([&](SendGate&, wire::PduView const& pdu) {
    Decision decision;
    decision.fate = holds && pdu.bytes.size() == 20 ? Fate::hold : Fate::pass;
    return decision;
  });
  watched.gate.pass(together({c2(), ping(), c2()}));
  watched.gate.pass(c2());
  EXPECT_EQ(watched.sent, c2());
  EXPECT_TRUE(watched.gate.holds());
  holds = false;
  watched.gate.release();
  EXPECT_EQ(watched.sent, together({c2(), ping(), c2(), c2()}));
}

TEST(SendGate, StopsBehindAPduUntilItIsReleased) {
  Watched watched([](SendGate&, wire::PduView const& pdu) {
    Decision decision;
    decision.stop_behind = pdu.bytes.size() == 20;
    return decision;
  });
  watched.gate.pass(together({c2(), ping(), c2()}));
  EXPECT_EQ(watched.sent, together({c2(), ping()}));
  watched.gate.release();
  EXPECT_EQ(watched.sent, together({c2(), ping(), c2()}));
}

TEST(SendGate, LetsBytesThatAreNoPdusPass) {
  Watched watched(to_pings(Fate::drop));
  Bytes const garbage(30, 0xAA);
  watched.gate.pass(together({c2(), garbage, ping()}));
  EXPECT_EQ(watched.sent, together({c2(), garbage, ping()}));
}

TEST(SendGate, SendsNothingOnceItIsShutOrDetached) {
  Watched shut;
  shut.gate.shut();
  shut.gate.pass(ping());
  EXPECT_TRUE(shut.sent.empty());
  Watched detached;
  detached.gate.detach();
  detached.gate.pass(ping());
  detached.gate.release();
  EXPECT_TRUE(detached.sent.empty());
  EXPECT_FALSE(detached.gate.attached());
}

}  // namespace
}  // namespace rpchspec::net
