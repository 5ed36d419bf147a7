#include "net/deadline.hpp"

#include "support.hpp"

namespace rpchspec::net {
namespace {

TEST(Until, YieldsTheDeadlineOfAnOperationThatNeverCompletes) {
  run_net([]() -> Task<> {
    Timer timer(co_await asio::this_coro::executor, TimePoint::max());
    auto const [error] = co_await until(Deadline::in(1ms), timer.async_wait());
    EXPECT_EQ(error, deadline_error());
  });
}

TEST(Until, YieldsTheResultOfAnOperationThatIsDoneAtTheSameMomentAsItsDeadline) {
  run_net([]() -> Task<> {
    auto const now = Clock::now();
    Timer timer(co_await asio::this_coro::executor, now);
    auto const [error] = co_await until(Deadline(now), timer.async_wait());
    EXPECT_FALSE(error && error != deadline_error());
  });
}

TEST(Until, LosesNoByteToCancelledReads) {
  run_net([]() -> Task<> {
    auto pair = co_await tcp_pair();
    auto const text = pattern(20'000);
    std::string got;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&]() -> Task<> {
        for (std::size_t at = 0; at < text.size(); at += 10) {
          auto const piece = as_bytes(std::string_view(text).substr(at, 10));
          auto const result = co_await pair.client.write_all(piece, soon());
          EXPECT_FALSE(result.ending);
          auto const pause = Deadline::in(std::chrono::microseconds(at % 70));
          (void)co_await sleep_until(pause);
        }
      });
      Bytes space(64);
      while (got.size() < text.size()) {
        auto const deadline = Deadline::in(std::chrono::microseconds(got.size() % 50));
        auto const result = co_await pair.server.read_some(space, deadline);
        got += as_text(ByteView(space).first(result.bytes));
        if (result.ending && *result.ending != Ending::deadline) {
          ADD_FAILURE() << to_string(*result.ending);
          break;
        }
      }
    });
    EXPECT_EQ(got, text);
  });
}

TEST(Until, PassesAnOuterCancellationOnToTheOperation) {
  run_net([]() -> Task<> {
    error_code seen;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      scope.spawn([&seen]() -> Task<> {
        Timer timer(co_await asio::this_coro::executor, TimePoint::max());
        auto const [error] = co_await until(soon(), timer.async_wait());
        seen = error;
      });
      (void)co_await sleep_until(Deadline::in(1ms));
      scope.cancel();
    });
    EXPECT_EQ(seen, asio::error::operation_aborted);
  });
}

TEST(Deadline, IsNeverForDurationsThatWouldOverflow) {
  EXPECT_TRUE(Deadline::in(Duration::max()).is_never());
  EXPECT_FALSE(Deadline::never().has_passed());
  EXPECT_TRUE(Deadline::passed().has_passed());
}

}  // namespace
}  // namespace rpchspec::net
