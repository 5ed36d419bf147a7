#include "journal/merge.hpp"

#include <unistd.h>

#include <fstream>

#include <google/protobuf/util/delimited_message_util.h>
#include <gtest/gtest.h>

#include "journal/reader.hpp"

namespace rpchspec::journal {
namespace {

constexpr std::int64_t kAhead = 5'000'000'000;  // ns, of the peer's clock

std::filesystem::path file_named(std::string const& name) {
  return std::filesystem::temp_directory_path() /
         ("rpchspec-merge-" + std::to_string(::getpid()) + name);
}

v1::Event event_at(std::int64_t at, v1::Source source, std::uint32_t connection = 0) {
  v1::Event event;
  event.set_at_ns(static_cast<std::uint64_t>(at));
  event.set_source(source);
  event.set_connection(connection);
  return event;
}

v1::Event pdu_at(std::int64_t at, v1::Source source, v1::Direction way, std::uint64_t digest) {
  auto event = event_at(at, source, 1);
  event.set_direction(way);
  event.mutable_pdu()->set_digest(digest);
  return event;
}

v1::Event rts_at(std::int64_t at,
                 v1::Source source,
                 v1::Direction way,
                 char const* kind,
                 std::uint32_t virtual_connection = 0) {
  auto event = pdu_at(at, source, way, 9);
  event.set_leg(v1::OUT);
  event.set_virtual_connection(virtual_connection);
  event.mutable_pdu()->set_ptype(20);
  event.mutable_pdu()->add_kinds(kind);
  return event;
}

v1::Event started_record() {
  v1::Event event;
  event.mutable_started()->set_scenario("a/b");
  return event;
}

v1::Event finished_record(std::int64_t at) {
  auto event = event_at(at, v1::HARNESS);
  event.mutable_finished();
  return event;
}

PeerClock clock_with_error(std::int64_t error) {
  return PeerClock(ClockSample{0, kAhead + error, 2 * error});
}

class Merged : public testing::Test {
 protected:
  ~Merged() override {
    for (auto const* name : {"ours", "peers", "both"}) {
      std::filesystem::remove(file_named(name));
    }
  }

  static void put(std::string const& name, std::vector<v1::Event> const& events) {
    std::ofstream to(file_named(name), std::ios::binary);
    for (auto const& event : events) {
      google::protobuf::util::SerializeDelimitedToOstream(event, &to);
    }
  }

  std::vector<v1::Event> of(std::vector<v1::Event> const& ours,
                            std::vector<v1::Event> const& peers,
                            PeerClock const& clock = clock_with_error(10)) {
    put("ours", ours);
    put("peers", peers);
    halves_.clock = clock;
    auto const merged = merge(halves_, file_named("both"));
    EXPECT_TRUE(merged) << to_string(merged.error());
    std::vector<v1::Event> events;
    EXPECT_TRUE(read(file_named("both"), [&](v1::Event const& event) { events.push_back(event); }));
    return events;
  }

  Halves halves_{file_named("ours"), file_named("peers")};
};

TEST_F(Merged, IsInTheOrderOfOneClockBetweenStartedAndFinished) {
  halves_.elsewhere.set_source(v1::SERVER);
  halves_.elsewhere.set_address("dmz:7000");
  auto const events = of({started_record(), event_at(100, v1::CLIENT), event_at(300, v1::CLIENT),
                          finished_record(400)},
                         {event_at(kAhead + 200, v1::SERVER), event_at(kAhead + 900, v1::SERVER)});
  ASSERT_EQ(events.size(), 6U);
  EXPECT_TRUE(events[0].has_started());
  EXPECT_EQ(events[0].started().elsewhere().address(), "dmz:7000");
  EXPECT_EQ(events[0].started().elsewhere().clock_error_ns(), 10U);
  EXPECT_EQ(events[0].started().elsewhere().clock_offset_ns(), -kAhead);
  EXPECT_EQ(events[1].at_ns(), 100U);
  EXPECT_EQ(events[2].at_ns(), 200U);
  EXPECT_EQ(events[3].at_ns(), 300U);
  EXPECT_EQ(events[4].at_ns(), 900U);
  EXPECT_TRUE(events[5].has_finished());
  EXPECT_EQ(events[5].at_ns(), 900U) << "nothing comes after the end";
}

TEST_F(Merged, KeepsEachSidesOwnOrder) {
  auto const events =
      of({started_record(), event_at(500, v1::CLIENT, 1), event_at(100, v1::CLIENT, 2)},
         {event_at(kAhead + 300, v1::SERVER, 1), event_at(kAhead + 50, v1::SERVER, 2)});
  std::vector<std::uint64_t> ours;
  std::vector<std::uint64_t> peers;
  for (auto const& event : events) {
    if (event.source() == v1::CLIENT) {
      ours.push_back(event.at_ns());
    } else if (event.source() == v1::SERVER) {
      peers.push_back(event.at_ns());
    }
  }
  EXPECT_EQ(ours, (std::vector<std::uint64_t>{500, 100}));
  EXPECT_EQ(peers, (std::vector<std::uint64_t>{300, 50}));
}

TEST_F(Merged, NumbersConnectionsAsTheyCome) {
  auto const events =
      of({started_record(), event_at(100, v1::CLIENT, 1), event_at(300, v1::CLIENT, 2)},
         {event_at(kAhead + 200, v1::SERVER, 1), event_at(kAhead + 400, v1::SERVER, 1)});
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[1].connection(), 1U);
  EXPECT_EQ(events[2].connection(), 2U);
  EXPECT_EQ(events[3].connection(), 3U);
  EXPECT_EQ(events[4].connection(), 2U);
}

TEST_F(Merged, TakesEachRecordForItself) {
  auto named = event_at(100, v1::CLIENT, 1);
  named.mutable_opened()->set_local("here");
  named.set_virtual_connection(3);
  auto const events =
      of({started_record(), named, event_at(200, v1::HARNESS)},
         {event_at(kAhead + 150, v1::SERVER, 1), event_at(kAhead + 250, v1::SERVER)});
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[3].connection(), 0U);
  EXPECT_EQ(events[3].virtual_connection(), 0U);
  EXPECT_EQ(events[3].what_case(), v1::Event::WHAT_NOT_SET);
  EXPECT_EQ(events[4].connection(), 0U);
}

// The clock is off by 80 of the 100 ns that it may be.
TEST_F(Merged, LetsNothingArriveBeforeItWasSent) {
  auto const events = of({started_record(), pdu_at(1000, v1::CLIENT, v1::SENT, 7),
                          pdu_at(2000, v1::CLIENT, v1::RECEIVED, 8)},
                         {pdu_at(kAhead + 950, v1::SERVER, v1::RECEIVED, 7),
                          pdu_at(kAhead + 1920, v1::SERVER, v1::SENT, 8)},
                         clock_with_error(100));
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[1].pdu().digest(), 7U);
  EXPECT_EQ(events[1].source(), v1::CLIENT);
  EXPECT_EQ(events[2].source(), v1::SERVER);
  EXPECT_EQ(events[3].pdu().digest(), 8U);
  EXPECT_EQ(events[3].source(), v1::SERVER);
  EXPECT_EQ(events[4].source(), v1::CLIENT);
  EXPECT_EQ(events[2].at_ns(), 1014U) << "the middle of 50 and 79";
}

TEST_F(Merged, LetsNoRtsPduBeMadeOfALaterOneUnlessTheProxyIsToBlame) {
  auto const first_of = [&](char const* kind, std::int64_t sent) {
    return of({started_record(), rts_at(1000, v1::CLIENT, v1::RECEIVED, kind)},
              {rts_at(kAhead + sent, v1::SERVER, v1::SENT, "CONN/C1")}, clock_with_error(100))
        .at(1)
        .source();
  };
  EXPECT_EQ(first_of("CONN/C2", 1040), v1::SERVER);
  EXPECT_EQ(first_of("CONN/C2", 1000), v1::SERVER) << "at the same time ours goes first";
  EXPECT_EQ(first_of("CONN/C2", 1140), v1::CLIENT) << "more than the clock can be wrong";
  EXPECT_EQ(first_of("Ping", 1040), v1::CLIENT) << "that is made of nothing";
}

TEST_F(Merged, TellsRtsPdusThatAreAlikeByTheirVirtualConnections) {
  auto const events = of({started_record(), rts_at(1000, v1::CLIENT, v1::RECEIVED, "CONN/C2", 1),
                          rts_at(5000, v1::CLIENT, v1::RECEIVED, "CONN/C2", 2)},
                         {rts_at(kAhead + 1040, v1::SERVER, v1::SENT, "CONN/C1", 1),
                          rts_at(kAhead + 4900, v1::SERVER, v1::SENT, "CONN/C1", 2)},
                         clock_with_error(100));
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(events[1].source(), v1::SERVER);
  EXPECT_EQ(events[2].source(), v1::CLIENT);
}

// What the clock is wrong by changes in the case, within what it may be.
TEST_F(Merged, CorrectsSingleTimesWhereNoneFitsAll) {
  auto const events =
      of({started_record(), pdu_at(1000, v1::CLIENT, v1::SENT, 7),
          pdu_at(9000, v1::CLIENT, v1::RECEIVED, 8)},
         {pdu_at(kAhead + 920, v1::SERVER, v1::RECEIVED, 7), event_at(kAhead + 925, v1::SERVER, 1),
          pdu_at(kAhead + 9090, v1::SERVER, v1::SENT, 8)},
         clock_with_error(100));
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[1].source(), v1::CLIENT);
  EXPECT_EQ(events[2].at_ns(), 1000U);
  EXPECT_EQ(events[3].at_ns(), 1000U) << "nor before the one that it comes after";
  EXPECT_EQ(events[4].source(), v1::SERVER);
  EXPECT_EQ(events[4].at_ns(), 8999U);
}

TEST_F(Merged, LeavesAClockAloneThatNothingContradicts) {
  auto const events =
      of({started_record(), pdu_at(1000, v1::CLIENT, v1::SENT, 7)},
         {pdu_at(kAhead + 1001, v1::SERVER, v1::RECEIVED, 7)}, clock_with_error(100));
  EXPECT_EQ(events.at(2).at_ns(), 1001U);
  EXPECT_EQ(events[0].started().elsewhere().clock_offset_ns(), -kAhead);
}

TEST_F(Merged, LetsAServerBeConnectedToWhenAClientAsked) {
  auto asked = event_at(1000, v1::CLIENT, 1);
  asked.set_direction(v1::SENT);
  asked.mutable_head()->set_method("RPC_OUT_DATA");
  auto accepted = event_at(kAhead + 950, v1::SERVER, 1);
  accepted.mutable_opened()->set_accepted(true);
  auto const events = of({started_record(), asked}, {accepted}, clock_with_error(100));
  EXPECT_EQ(events.at(1).source(), v1::CLIENT);
}

TEST_F(Merged, LetsAV1SessionBeAnsweredWhenTheServerHasGreeted) {
  auto greeting = event_at(kAhead + 1050, v1::SERVER, 1);
  greeting.set_direction(v1::SENT);
  greeting.set_leg(v1::MIXED);
  greeting.mutable_raw()->set_is("legacy-response");
  auto answer = event_at(1000, v1::CLIENT, 1);
  answer.set_direction(v1::RECEIVED);
  answer.set_leg(v1::MIXED);
  answer.mutable_head()->set_response(true);
  answer.mutable_head()->set_status(200);
  EXPECT_EQ(of({started_record(), answer}, {greeting}, clock_with_error(100)).at(1).source(),
            v1::SERVER);
}

TEST_F(Merged, LetsTheEndComeWhereItWasMadeFirst) {
  auto const ended_at = [](std::int64_t at, v1::Source source, v1::Direction way) {
    auto event = event_at(at, source, 1);
    event.set_virtual_connection(1);
    event.set_direction(way);
    event.mutable_ended()->set_ending(v1::FIN);
    return event;
  };
  auto const events = of({started_record(), ended_at(1000, v1::CLIENT, v1::SENT)},
                         {ended_at(kAhead + 950, v1::SERVER, v1::RECEIVED)}, clock_with_error(100));
  EXPECT_EQ(events.at(1).source(), v1::CLIENT);
  auto const apart = of({started_record(), ended_at(1000, v1::CLIENT, v1::SENT)},
                        {ended_at(kAhead + 850, v1::SERVER, v1::RECEIVED)}, clock_with_error(100));
  EXPECT_EQ(apart.at(1).source(), v1::SERVER) << "the proxy left on its own";
}

TEST_F(Merged, TellsAnAcknowledgementFromTheOneThatTheServerSendsOn) {
  auto const events = of({started_record(), pdu_at(1000, v1::CLIENT, v1::SENT, 7)},
                         {pdu_at(kAhead + 950, v1::SERVER, v1::RECEIVED, 7),
                          pdu_at(kAhead + 960, v1::SERVER, v1::SENT, 7)},
                         clock_with_error(100));
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[1].source(), v1::CLIENT);
}

TEST_F(Merged, BelievesTheClockWhereAProxySendsWhatItDoesNotHaveYet) {
  auto const events =
      of({started_record(), pdu_at(9000, v1::CLIENT, v1::SENT, 7)},
         {pdu_at(kAhead + 1000, v1::SERVER, v1::RECEIVED, 7)}, clock_with_error(100));
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].source(), v1::SERVER);
  EXPECT_EQ(events[1].at_ns(), 1000U);
}

TEST_F(Merged, LeavesOutATornEnd) {
  put("ours", {started_record(), event_at(1, v1::CLIENT)});
  put("peers", {event_at(kAhead + 2, v1::SERVER), event_at(kAhead + 3, v1::SERVER)});
  std::filesystem::resize_file(file_named("peers"),
                               std::filesystem::file_size(file_named("peers")) - 1);
  halves_.clock = clock_with_error(1);
  ASSERT_TRUE(merge(halves_, file_named("both")));
  std::size_t servers = 0;
  EXPECT_TRUE(read(file_named("both"), [&](v1::Event const& event) {
    servers += event.source() == v1::SERVER ? 1 : 0;
  }));
  EXPECT_EQ(servers, 1U);
}

TEST_F(Merged, SaysWhichHalfIsMissing) {
  put("ours", {started_record()});
  auto const merged = merge(halves_, file_named("both"));
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, ErrorCode::not_found);
  EXPECT_NE(merged.error().detail.find("peers"), std::string::npos);
}

}  // namespace
}  // namespace rpchspec::journal
