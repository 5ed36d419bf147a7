#include "net/stream.hpp"

#include "net/http_io.hpp"
#include "net/outbox.hpp"
#include "support.hpp"

namespace rpchspec::net {
namespace {

class AnyStream : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Stream, AnyStream, testing::Bool(), [](auto const& p) {
  return p.param ? "Tls" : "Tcp";
});

TEST_P(AnyStream, CarriesBytesBothWaysAtOnce) {
  run_net([tls = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(tls);
    auto const text = pattern(3'000'000);
    std::string there;
    std::string back;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      auto const send = [&text](Stream& stream) -> Task<> {
        auto const result = co_await stream.write_all(as_bytes(text), soon());
        EXPECT_EQ(result.bytes, text.size());
        EXPECT_FALSE(result.ending);
      };
      scope.spawn([&]() -> Task<> { co_await send(pair.client); });
      scope.spawn([&]() -> Task<> { co_await send(pair.server); });
      scope.spawn([&]() -> Task<> { there = co_await read_exactly(pair.server, text.size()); });
      back = co_await read_exactly(pair.client, text.size());
      co_await scope.join();
    });
    EXPECT_TRUE(there == text);
    EXPECT_TRUE(back == text);
    EXPECT_EQ(pair.client.bytes_sent(), text.size());
    EXPECT_EQ(pair.client.bytes_received(), text.size());
  });
}

TEST_P(AnyStream, WritesManyPiecesInOrder) {
  run_net([tls = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(tls);
    auto const text = pattern(1000);
    std::vector<ByteView> pieces;
    for (std::size_t at = 0; at < text.size(); ++at) {
      pieces.push_back(as_bytes(std::string_view(text).substr(at, 1)));
      pieces.push_back(ByteView());
    }
    auto const result = co_await pair.client.write_all(pieces, soon());
    EXPECT_EQ(result.bytes, text.size());
    auto const seen_1 = co_await read_exactly(pair.server, text.size());
    EXPECT_EQ(seen_1, text);
  });
}

TEST_P(AnyStream, ReadsOnAfterItsOwnHalfClose) {
  run_net([tls = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(tls);
    (void)co_await pair.client.write_all(as_bytes("question"), soon());
    auto const shut = co_await pair.client.shutdown_send(soon());
    EXPECT_FALSE(shut.ending);
    auto const [asked, end] = co_await read_to_end(pair.server);
    EXPECT_EQ(asked, "question");
    EXPECT_EQ(end, tls ? Ending::tls_close_notify : Ending::fin);
    (void)co_await pair.server.write_all(as_bytes("answer"), soon());
    co_await pair.server.close(CloseHow::fin, soon());
    auto const [answer, last] = co_await read_to_end(pair.client);
    EXPECT_EQ(answer, "answer");
    EXPECT_EQ(last, end);
    auto const late = co_await pair.client.write_all(as_bytes("x"), soon());
    EXPECT_EQ(late.ending, end);
  });
}

struct CloseCase {
  bool tls;
  CloseHow how;
  Ending seen;
};

class EveryClose : public testing::TestWithParam<CloseCase> {};

INSTANTIATE_TEST_SUITE_P(
    Stream,
    EveryClose,
    testing::Values(CloseCase{false, CloseHow::fin, Ending::fin},
                    CloseCase{false, CloseHow::rst, Ending::rst},
                    CloseCase{false, CloseHow::tls_truncate, Ending::fin},
                    CloseCase{true, CloseHow::fin, Ending::tls_close_notify},
                    CloseCase{true, CloseHow::tls_close_notify, Ending::tls_close_notify},
                    CloseCase{true, CloseHow::tls_truncate, Ending::tls_truncated},
                    CloseCase{true, CloseHow::rst, Ending::rst}));

TEST_P(EveryClose, IsSeenAsItIsByAPendingRead) {
  run_net([c = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(c.tls);
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> {
        auto const [text, ending] = co_await read_to_end(pair.server);
        EXPECT_EQ(ending, c.seen) << to_string(ending);
        EXPECT_EQ(pair.server.receive_ending(), c.seen);
        co_await pair.server.close(c.how, soon());
      });
      (void)co_await sleep_until(Deadline::in(1ms));
      co_await pair.client.close(c.how, soon());
      EXPECT_FALSE(pair.client.is_open());
    });
  });
}

TEST_P(EveryClose, IsSeenAsItIsWhenItCameBeforeTheRead) {
  run_net([c = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(c.tls);
    (void)co_await pair.client.write_all(as_bytes("abc"), soon());
    pair.client.close_now(c.how);
    auto const [text, ending] = co_await read_to_end(pair.server);
    EXPECT_EQ(text, "abc");
    EXPECT_EQ(ending, c.seen) << to_string(ending);
    auto const seen_2 = co_await read_to_end(pair.server);
    EXPECT_EQ(seen_2.second, c.seen);
  });
}

TEST_P(EveryClose, OnUnreadBytesIsWhatWasAskedFor) {
  run_net([c = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(c.tls);
    auto const text = pattern(100'000);
    (void)co_await pair.server.write_all(as_bytes(text), Deadline::in(1s));
    pair.client.close_now(c.how);
    auto const seen_3 = co_await read_to_end(pair.server);
    EXPECT_EQ(seen_3.second, c.seen);
  });
}

TEST_P(EveryClose, IsToldToTheTapOncePerDirection) {
  run_net([c = GetParam()]() -> Task<> {
    journal::Recorder recorder(from_now());
    auto pair = co_await any_pair(c.tls);
    pair.server.observe(journal::ConnectionTap(recorder, journal::TapOptions()), "store");
    pair.client.close_now(c.how);
    (void)co_await read_to_end(pair.server);
    (void)co_await read_to_end(pair.server);
    co_await pair.server.close(CloseHow::fin, soon());
    std::vector<std::pair<journal::v1::Direction, journal::v1::Ending>> ends;
    for (auto const& event : events_of(recorder)) {
      if (event.has_ended()) {
        ends.emplace_back(event.direction(), event.ended().ending());
      }
    }
    auto const seen = to_journal(c.seen);
    if (c.seen == Ending::rst) {
      EXPECT_THAT(ends, testing::ElementsAre(testing::Pair(journal::v1::NO_DIRECTION, seen)));
    } else {
      auto const ours = to_journal(c.tls ? Ending::tls_close_notify : Ending::fin);
      EXPECT_THAT(ends, testing::ElementsAre(testing::Pair(journal::v1::RECEIVED, seen),
                                             testing::Pair(journal::v1::SENT, ours)));
    }
  });
}

TEST(Stream, IsToldInOrderWhatAReaderAndTheCloseTookAtOnce) {
  run_net([]() -> Task<> {
    journal::Recorder recorder(from_now());
    auto pair = co_await tcp_pair();
    pair.client.observe(journal::ConnectionTap(recorder, journal::TapOptions()));
    auto const executor = co_await asio::this_coro::executor;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> { (void)co_await read_to_end(pair.client); });
      co_await asio::post(executor, kUseTuple);  // the reader waits now
      (void)co_await pair.server.write_all(as_bytes("first, "), soon());
      co_await asio::post(executor, kUseTuple);
      co_await asio::post(executor, kUseTuple);  // the reader may go on, but is not at its turn
      (void)co_await pair.server.write_all(as_bytes("second"), soon());
      pair.client.close_now(CloseHow::fin);
    });
    std::string told;
    for (auto const& event : events_of(recorder)) {
      told += event.has_raw() ? event.raw().prefix() : std::string();
    }
    EXPECT_EQ(told, "first, second");
  });
}

TEST(Stream, TellsAResetThatAWriteMetFirstToTheReaderToo) {
  for (int turn = 0; turn < 20; ++turn) {
    run_net([]() -> Task<> {
      auto pair = co_await tcp_pair();
      std::optional<Ending> read_saw;
      std::optional<Ending> write_saw;
      co_await in_scope([&](TaskScope& scope) -> Task<> {
        scope.spawn([&]() -> Task<> { read_saw = (co_await read_to_end(pair.server)).second; });
        scope.spawn([&]() -> Task<> {
          auto const text = pattern(100'000);
          while (!write_saw) {
            write_saw = (co_await pair.server.write_all(as_bytes(text), soon())).ending;
          }
        });
        (void)co_await sleep_until(Deadline::in(2ms));
        pair.client.abort();
      });
      EXPECT_EQ(read_saw, Ending::rst);
      EXPECT_EQ(write_saw, Ending::rst);
    });
  }
}

TEST(Stream, CallsADeadlineADeadlineAndStaysUsable) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    Bytes space(10);
    auto const none = co_await pair.server.read_some(space, Deadline::in(1ms));
    EXPECT_EQ(none.ending, Ending::deadline);
    auto const at_once = co_await pair.server.read_some(space, Deadline::passed());
    EXPECT_EQ(at_once.ending, Ending::deadline);
    (void)co_await pair.client.write_all(as_bytes("hi"), soon());
    auto const seen_4 = co_await read_exactly(pair.server, 2);
    EXPECT_EQ(seen_4, "hi");
  });
}

TEST(Stream, CountsWhatWentOutBeforeTheDeadlineOfAWrite) {
  run_net([]() -> Task<> {
    ListenOptions small;
    small.receive_buffer = 4096;
    auto pair = co_await tcp_pair(small);
    pair.client.set_buffer_sizes(4096, 0);
    auto const text = pattern(5'000'000);
    auto const result = co_await pair.client.write_all(as_bytes(text), Deadline::in(50ms));
    EXPECT_EQ(result.ending, Ending::deadline);
    EXPECT_GT(result.bytes, 0U);
    EXPECT_LT(result.bytes, text.size());
    auto const seen_5 = co_await read_exactly(pair.server, result.bytes);
    EXPECT_EQ(seen_5, text.substr(0, result.bytes));
  });
}

TEST_P(AnyStream, CancelEndsWhatIsPendingAndNoMore) {
  run_net([tls = GetParam()]() -> Task<> {
    auto pair = co_await any_pair(tls);
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> {
        Bytes space(10);
        auto const result = co_await pair.server.read_some(space, soon());
        EXPECT_EQ(result.ending, Ending::cancelled);
        auto const seen_6 = co_await read_exactly(pair.server, 2);
        EXPECT_EQ(seen_6, "ok");
      });
      (void)co_await sleep_until(Deadline::in(1ms));
      pair.server.cancel();
      (void)co_await pair.client.write_all(as_bytes("ok"), soon());
    });
  });
}

// Every prefix of what a peer meant to send, then an end.
TEST_P(AnyStream, EndsAfterExactlyTheBytesThatThePeerSent) {
  run_net([tls = GetParam()]() -> Task<> {
    auto const text = pattern(40);
    for (std::size_t n = 0; n <= text.size(); ++n) {
      bool const with_tls = tls && n % 8 == 0;
      auto pair = co_await any_pair(with_tls);
      auto const truncated = pair.client.is_tls();
      (void)co_await pair.client.write_all(as_bytes(text.substr(0, n)), soon());
      pair.client.close_now(CloseHow::tls_truncate);
      auto const [got, ending] = co_await read_to_end(pair.server);
      EXPECT_EQ(got, text.substr(0, n));
      EXPECT_EQ(ending, truncated ? Ending::tls_truncated : Ending::fin);
    }
  });
}

TEST(Stream, HandsASocketToAnotherThreadWithTheBytesItHadRead) {
  std::optional<Handover> handover;
  std::optional<Stream> client;
  asio::io_context clients(1);
  run_net([&]() -> Task<> {
    auto executor = co_await asio::this_coro::executor;
    auto listener = *Listener::bind(executor, ListenOptions());
    asio::ip::tcp::socket plain(clients);
    plain.connect(Endpoint(asio::ip::make_address("127.0.0.1"), listener.local_port()));
    auto server = co_await listener.accept(soon());
    plain.send(asio::buffer("GET / and more", 14));
    Bytes read(6);
    auto const result = co_await server->read_some(read, soon());
    EXPECT_EQ(result.bytes, 6U);
    handover = server->release(std::move(read));
    EXPECT_FALSE(server->is_open());
    TcpSocket moved(clients);
    moved.assign(asio::ip::tcp::v4(), plain.release());
    client.emplace(std::move(moved), Stream::Side::connected);
  });
  run_net([&]() -> Task<> {
    auto adopted = Stream::adopt(co_await asio::this_coro::executor, std::move(*handover));
    auto const seen_7 = co_await read_exactly(*adopted, 14);
    EXPECT_EQ(seen_7, "GET / and more");
    EXPECT_EQ(adopted->bytes_received(), 14U);
    EXPECT_EQ(adopted->remote(), client->local());
    (void)co_await adopted->write_all(as_bytes("done"), soon());
  });
  client.reset();
}

TEST(Outbox, WritesInOrderAndTellsWhenItIsDrained) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    auto const text = pattern(300'000);
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      Outbox outbox(pair.client);
      co_await in_scope([&](TaskScope& writer) -> Task<> {
        writer.spawn(outbox.run());
        EXPECT_TRUE(outbox.push(Bytes{'a', 'b'}));
        EXPECT_TRUE(outbox.push_borrowed(as_bytes(text)));
        EXPECT_TRUE(outbox.push(Bytes{'c'}));
        std::string got;
        scope.spawn([&]() -> Task<> { got = co_await read_exactly(pair.server, 300'003); });
        auto const seen_8 = co_await outbox.drained(soon());
        EXPECT_TRUE(seen_8);
        EXPECT_EQ(outbox.queued(), 0U);
        co_await scope.join();
        EXPECT_TRUE(got == "ab" + text + "c");
        outbox.finish();
      });
      EXPECT_FALSE(outbox.ending());
    });
  });
}

TEST(Outbox, RefusesWhatIsOverItsLimitAndRemembersHowWritingEnded) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    Outbox outbox(pair.client, 10);
    co_await in_scope([&](TaskScope& writer) -> Task<> {
      EXPECT_TRUE(outbox.push(Bytes(20)));  // an empty queue takes any one
      EXPECT_FALSE(outbox.push(Bytes(1)));
      pair.server.abort();
      Bytes space(1);
      auto const seen_9 = co_await pair.client.read_some(space, soon());
      EXPECT_EQ(seen_9.ending, Ending::rst);
      writer.spawn(outbox.run());
      auto const seen_10 = co_await outbox.drained(soon());
      EXPECT_FALSE(seen_10);
      auto const seen_11 = co_await outbox.room(1, soon());
      EXPECT_FALSE(seen_11);
    });
    EXPECT_EQ(outbox.ending(), Ending::rst);
    EXPECT_FALSE(outbox.push(Bytes(1)));
  });
}

TEST(HttpIo, ReadsAHeadInEverySplitAndLeavesTheBodyInTheBuffer) {
  run_net([]() -> Task<> {
    std::string const text = "RPC_IN_DATA /rpc HTTP/1.1\r\nHost: x\r\n\r\nbody";
    for (std::size_t split = 1; split < text.size(); split += 3) {
      auto pair = co_await tcp_pair();
      ReadBuffer buffer;
      co_await in_scope([&](TaskScope& scope) -> Task<> {
        scope.spawn([&]() -> Task<> {
          (void)co_await pair.client.write_all(as_bytes(text.substr(0, split)), soon());
          (void)co_await sleep_until(Deadline::in(1ms));
          (void)co_await pair.client.write_all(as_bytes(text.substr(split)), soon());
        });
        auto const head = co_await read_request_head(pair.server, buffer, soon());
        EXPECT_TRUE(head.has_value());
        EXPECT_EQ(head->method, "RPC_IN_DATA");
      });
      while (buffer.data().size() < 4) {
        auto const seen_12 = co_await read_more(pair.server, buffer, soon());
        EXPECT_FALSE(seen_12.ending);
      }
      EXPECT_EQ(as_text(buffer.data()), "body");
    }
  });
}

TEST(HttpIo, TellsAnEndInsideAHeadFromAHeadThatIsWrong) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    (void)co_await pair.client.write_all(as_bytes("GET / HT"), soon());
    (void)co_await pair.client.shutdown_send(soon());
    ReadBuffer buffer;
    auto const cut = co_await read_request_head(pair.server, buffer, soon());
    EXPECT_EQ(cut.error().ending, Ending::fin);
    EXPECT_EQ(cut.error().error.offset, 8U);
    (void)co_await pair.server.write_all(as_bytes("\x05\x01 no head"), soon());
    ReadBuffer other;
    auto const wrong = co_await read_response_head(pair.client, other, soon());
    EXPECT_FALSE(wrong.error().ending);
    EXPECT_EQ(wrong.error().error.code, ErrorCode::bad_syntax);
  });
}

}  // namespace
}  // namespace rpchspec::net
