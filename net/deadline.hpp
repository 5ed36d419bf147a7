// Deadlines, and the only race between an operation and a timer.

#pragma once

#include <cerrno>
#include <tuple>

#include "net/asio.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::net {

/// A point in time by which something must have happened. Passed by value, as the last parameter.
class Deadline {
 public:
  explicit constexpr Deadline(TimePoint at) : at_(at) {}

  [[nodiscard]] static constexpr Deadline never() { return Deadline(kNever); }

  /// `after` from now; very long durations are never.
  [[nodiscard]] static Deadline in(Duration after) {
    auto const now = Clock::now();
    return Deadline(after >= kNever - now ? kNever : now + after);
  }

  /// Has passed: an operation takes what is there already and does not wait.
  [[nodiscard]] static constexpr Deadline passed() { return Deadline(TimePoint::min()); }

  [[nodiscard]] constexpr TimePoint at() const { return at_; }

  [[nodiscard]] constexpr bool is_never() const { return at_ == kNever; }

  [[nodiscard]] bool has_passed() const { return !is_never() && Clock::now() >= at_; }

  /// The earlier of two.
  [[nodiscard]] friend constexpr Deadline earlier(Deadline a, Deadline b) {
    return a.at_ < b.at_ ? a : b;
  }

  friend constexpr bool operator==(Deadline, Deadline) = default;

 private:
  TimePoint at_;
};

/// What until() yields for a deadline that passed. Not ETIMEDOUT, which is the network's.
[[nodiscard]] inline error_code deadline_error() {
  return error_code(ETIME, boost::system::system_category());
}

/// Waits for `op`, at most until `deadline`: `auto [ec, n] = co_await until(d, s.async_...(b));`
///
/// When the deadline wins, `op` is cancelled, awaited to its end, and its tuple is yielded with
/// deadline_error(). An operation that completed at the same moment wins: what it read is
/// never thrown away. Cancellation from outside reaches `op`, whose operation_aborted is yielded.
///
/// Only for operations that a cancellation leaves whole: read_some, write_some, accept, connect,
/// resolve, timers. A cancelled async_read would lose bytes.
template <class... Values>
[[nodiscard]] Task<std::tuple<error_code, Values...>> until(
    Deadline deadline, Task<std::tuple<error_code, Values...>> op) {
  if (deadline.is_never()) {
    co_return co_await std::move(op);
  }
  auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, deadline.at());
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(op), asio::deferred), timer.async_wait(asio::deferred));
  auto [order, thrown, result, timer_error] =
      co_await race.async_wait(asio::experimental::wait_for_one(), kUseTuple);
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  auto& error = std::get<0>(result);
  if (error == asio::error::operation_aborted && !timer_error) {
    error = deadline_error();
  }
  co_return std::move(result);
}

/// Waits until `deadline`. @return false when cancelled before.
[[nodiscard]] Task<bool> sleep_until(Deadline deadline);

}  // namespace rpchspec::net
