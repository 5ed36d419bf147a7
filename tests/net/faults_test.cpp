#include "net/faults.hpp"

#include "support.hpp"

namespace rpchspec::net {
namespace {

Bytes bytes_of(std::string const& text) {
  return Bytes(text.begin(), text.end());
}

TEST(FaultLine, SplitsFromItsPositionAsOftenAsItSays) {
  FaultLine line({Fault(Split{2}, 3, 2)});
  auto bytes = bytes_of("abcdefghij");
  EXPECT_EQ(line.next(bytes, false).size, 3U);
  EXPECT_EQ(line.next(MutableByteView(bytes).subspan(3), false).size, 2U);
  EXPECT_EQ(line.next(MutableByteView(bytes).subspan(5), false).size, 2U);
  EXPECT_TRUE(line.idle());
  EXPECT_EQ(line.next(MutableByteView(bytes).subspan(7), false).size, 3U);
  EXPECT_EQ(line.position(), 10U);
}

TEST(FaultLine, CorruptsExactlyTheBytesItNames) {
  FaultLine line({Fault(Corrupt{0x01, 3}, 2, 2)});
  auto bytes = bytes_of("aaaaaaaaaa");
  MutableByteView rest(bytes);
  while (!rest.empty()) {
    rest = rest.subspan(line.next(rest, false).size);
  }
  EXPECT_EQ(bytes, bytes_of("aa`aa`aaaa"));
}

TEST(FaultLine, HoldsBackUntilEnoughIsThereOrNothingFollows) {
  FaultLine line({Fault(Coalesce{5}, 0, 0)});
  auto bytes = bytes_of("abcdef");
  auto const three = MutableByteView(bytes).first(3);
  EXPECT_EQ(line.next(three, false).size, 0U);
  EXPECT_EQ(line.next(three, true).size, 3U);
  EXPECT_EQ(line.next(bytes, false).size, 6U);
}

TEST(FaultLine, PacesByTheSizeOfEachPiece) {
  FaultLine line({Fault(Throttle{1000}, 0, 0)});
  auto bytes = Bytes(250);
  auto const step = line.next(bytes, false);
  EXPECT_EQ(step.size, 100U);
  EXPECT_EQ(step.wait, 100ms);
  FaultLine drip({Fault(Drip{3, 7ms}, 0, 0)});
  EXPECT_EQ(drip.next(bytes, false).size, 3U);
  EXPECT_EQ(drip.next(bytes, false).wait, 7ms);
}

TEST(FaultLine, EndsAtItsPositionAndNotABytesLater) {
  FaultLine line({Fault(End{CloseHow::rst}, 4)});
  auto bytes = bytes_of("abcd");
  auto const step = line.next(bytes, false);
  EXPECT_EQ(step.size, 4U);
  EXPECT_EQ(step.end, CloseHow::rst);
  EXPECT_EQ(step.applied.size(), 1U);
  FaultLine at_once({Fault(HalfClose{})});
  auto const first = at_once.next(bytes, false);
  EXPECT_EQ(first.size, 0U);
  EXPECT_TRUE(first.half_close);
}

TEST(FaultLine, AppliesSeveralFaultsToOnePiece) {
  FaultLine line({Fault(Split{4}, 0, 0), Fault(Delay{5ms}, 4), Fault(Truncate{}, 8)});
  auto bytes = Bytes(20);
  EXPECT_EQ(line.next(bytes, false).wait, 0ms);
  auto const second = line.next(bytes, false);
  EXPECT_EQ(second.size, 4U);
  EXPECT_EQ(second.wait, 5ms);
  EXPECT_FALSE(second.drop);
  EXPECT_TRUE(line.next(bytes, false).drop);
  EXPECT_FALSE(line.idle());
}

TEST(FaultLine, SaysWhatItIsInWords) {
  EXPECT_EQ(name_of(Fault(StopReading{})), "stop_reading");
  EXPECT_EQ(describe(Fault(Drip{3, 7ms}, 10, 2)), "3 bytes every 7 ms, at byte 10, times 2");
  EXPECT_EQ(describe(Fault(End{CloseHow::rst}, 5)), "rst, at byte 5");
}

Task<std::vector<std::string>> reads_to_end(Stream& stream) {
  std::vector<std::string> reads;
  Bytes space(1000);
  for (;;) {
    auto const result = co_await stream.read_some(space, soon());
    if (result.ending) {
      co_return reads;
    }
    reads.emplace_back(as_text(ByteView(space).first(result.bytes)));
  }
}

class FaultyStream : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Stream, FaultyStream, testing::Bool(), [](auto const& p) {
  return p.param ? "Tls" : "Tcp";
});

// Whatever slows or cuts, no byte is lost and none changes place.
TEST_P(FaultyStream, KeepsEveryByteThroughEveryFaultThatKeepsBytes) {
  run_net([tls = GetParam()]() -> Task<> {
    auto const text = pattern(300);
    std::vector<std::vector<Fault>> const plans = {
        {Fault(Delay{1ms}, 10, 2)},
        {Fault(Drip{50, 1ms}, 7, 0)},
        {Fault(Throttle{10'000}, 0, 0)},
        {Fault(Split{1}, 0, 0)},
        {Fault(Coalesce{64}, 3, 0)},
        {Fault(StopReading{2ms}, 100)},
        {Fault(Split{7}, 0, 0), Fault(Delay{1ms}, 33), Fault(Coalesce{9}, 0, 3)}};
    for (auto const& plan : plans) {
      for (bool const sending : {true, false}) {
        auto pair = co_await any_pair(tls);
        sending ? pair.client.set_send_faults(plan) : pair.server.set_receive_faults(plan);
        co_await in_scope([&](TaskScope& scope) -> Task<> {
          scope.spawn([&]() -> Task<> {
            for (std::size_t at = 0; at < text.size(); at += 60) {
              auto const piece = as_bytes(std::string_view(text).substr(at, 60));
              auto const result = co_await pair.client.write_all(piece, soon());
              EXPECT_FALSE(result.ending);
            }
            (void)co_await pair.client.shutdown_send(soon());
          });
          auto const [got, ending] = co_await read_to_end(pair.server);
          EXPECT_EQ(got, text) << describe(plan.front()) << (sending ? " sent" : " received");
          EXPECT_EQ(ending, tls ? Ending::tls_close_notify : Ending::fin);
        });
      }
    }
  });
}

TEST_P(FaultyStream, EndsAtEveryByteAsTheFaultSays) {
  run_net([tls = GetParam()]() -> Task<> {
    std::string const text = "0123456789";
    for (auto const how : {CloseHow::fin, CloseHow::tls_truncate, CloseHow::rst}) {
      for (std::size_t at = 0; at <= text.size(); ++at) {
        auto pair = co_await any_pair(tls);
        std::vector<Fault> const plan(1, Fault(End{how}, at));
        pair.client.set_send_faults(plan);
        auto const result = co_await pair.client.write_all(as_bytes(text), soon());
        EXPECT_EQ(result.bytes, at);
        auto const [got, ending] = co_await read_to_end(pair.server);
        EXPECT_EQ(got, text.substr(0, at));
        auto const closed = tls ? Ending::tls_close_notify : Ending::fin;
        auto const cut = tls ? Ending::tls_truncated : Ending::fin;
        EXPECT_EQ(ending, how == CloseHow::rst ? Ending::rst : how == CloseHow::fin ? closed : cut);
      }
    }
  });
}

// What was read from the socket behind the position is nobody's any more.
TEST_P(FaultyStream, EndsAtEveryReceivedByteAsTheFaultSays) {
  run_net([tls = GetParam()]() -> Task<> {
    std::string const text = "0123456789";
    for (auto const how : {CloseHow::fin, CloseHow::tls_truncate, CloseHow::rst}) {
      for (std::size_t at = 0; at <= text.size(); ++at) {
        auto pair = co_await any_pair(tls);
        std::vector<Fault> const plan(1, Fault(End{how}, at));
        pair.server.set_receive_faults(plan);
        (void)co_await pair.client.write_all(as_bytes(text), soon());
        auto const [got, ending] = co_await read_to_end(pair.server);
        EXPECT_EQ(got, text.substr(0, at));
        EXPECT_EQ(ending, Ending::cancelled);
        auto const [nothing, seen] = co_await read_to_end(pair.client);
        EXPECT_EQ(nothing, "");
        auto const closed = tls ? Ending::tls_close_notify : Ending::fin;
        auto const cut = tls ? Ending::tls_truncated : Ending::fin;
        EXPECT_EQ(seen, how == CloseHow::rst ? Ending::rst : how == CloseHow::fin ? closed : cut);
      }
    }
  });
}

TEST(FaultyStreams, HalfCloseLeavesTheOtherDirectionOpen) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    std::vector<Fault> const plan(1, Fault(HalfClose{}, 4));
    pair.client.set_send_faults(plan);
    (void)co_await pair.client.write_all(as_bytes("questions"), soon());
    auto const [got, ending] = co_await read_to_end(pair.server);
    EXPECT_EQ(got, "ques");
    EXPECT_EQ(ending, Ending::fin);
    (void)co_await pair.server.write_all(as_bytes("answer"), soon());
    auto const seen_1 = co_await read_exactly(pair.client, 6);
    EXPECT_EQ(seen_1, "answer");
  });
}

TEST(FaultyStreams, TruncateDropsTheRestOfAStreamThatLooksHealthy) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    std::vector<Fault> const plan(1, Fault(Truncate{}, 4));
    pair.client.set_send_faults(plan);
    auto const result = co_await pair.client.write_all(as_bytes("questions"), soon());
    EXPECT_FALSE(result.ending);
    auto const seen_2 = co_await read_exactly(pair.server, 4);
    EXPECT_EQ(seen_2, "ques");
    Bytes space(10);
    auto const none = co_await pair.server.read_some(space, Deadline::in(2ms));
    EXPECT_EQ(none.ending, Ending::deadline);
  });
}

TEST(FaultyStreams, SplitMakesEachPieceAReadOfItsOwnForTheReceiver) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    std::vector<Fault> const plan(1, Fault(Split{4}, 0, 2));
    pair.server.set_receive_faults(plan);
    (void)co_await pair.client.write_all(as_bytes("0123456789ab"), soon());
    pair.client.close_now(CloseHow::fin);
    auto const reads = co_await reads_to_end(pair.server);
    EXPECT_THAT(reads, testing::ElementsAre("0123", "4567", "89ab"));
  });
}

TEST(FaultyStreams, StopReadingFillsTheWindowOfAPendingReadersPeerUntilItIsLifted) {
  run_net([]() -> Task<> {
    ListenOptions small;
    small.receive_buffer = 4096;
    auto pair = co_await tcp_pair(small);
    pair.client.set_buffer_sizes(4096, 0);
    auto const text = pattern(1'000'000);
    std::string got;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> { got = co_await read_exactly(pair.server, text.size()); });
      (void)co_await sleep_until(Deadline::in(1ms));
      std::vector<Fault> const plan(1, Fault(StopReading{}));
      pair.server.set_receive_faults(plan);
      auto const stuck = co_await pair.client.write_all(as_bytes(text), Deadline::in(20ms));
      EXPECT_EQ(stuck.ending, Ending::deadline);
      EXPECT_EQ(pair.server.bytes_received(), 0U);
      pair.server.set_receive_faults(std::vector<Fault>());
      auto const rest = std::string_view(text).substr(stuck.bytes);
      auto const seen_3 = co_await pair.client.write_all(as_bytes(rest), soon());
      EXPECT_FALSE(seen_3.ending);
    });
    EXPECT_TRUE(got == text);
  });
}

TEST(FaultyStreams, AreRecordedThroughTheTap) {
  run_net([]() -> Task<> {
    journal::Recorder recorder(from_now());
    auto pair = co_await tcp_pair();
    pair.client.observe(journal::ConnectionTap(recorder, journal::TapOptions()));
    std::vector<Fault> const plan(1, Fault(End{CloseHow::rst}, 4));
    pair.client.set_send_faults(plan);
    (void)co_await pair.client.write_all(as_bytes("questions"), soon());
    std::vector<std::string> faults;
    for (auto const& event : events_of(recorder)) {
      if (event.has_fault()) {
        faults.push_back(event.fault().name() + ": " + event.fault().detail());
      }
    }
    EXPECT_THAT(faults, testing::ElementsAre("end: rst, at byte 4"));
  });
}

}  // namespace
}  // namespace rpchspec::net
