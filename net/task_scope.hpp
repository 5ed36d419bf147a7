// Structured concurrency: children never outlive their scope, and its first error ends the rest.

#pragma once

#include <exception>
#include <list>
#include <string_view>
#include <type_traits>
#include <utility>

#include "net/asio.hpp"

namespace rpchspec::net {

/// Owns running coroutines. Single-threaded: used from its executor's one thread only.
///
/// Destroying a scope that has children aborts the program with a message: their frames refer to
/// what is about to go. in_scope() makes that impossible and is the way to write it:
///
///     co_await in_scope([&](TaskScope& scope) -> Task<> {
///       scope.spawn(reader(stream));
///       co_await writer(stream);
///     });
class TaskScope {
 public:
  /// @param name  for the message on destruction with children; static storage.
  explicit TaskScope(Executor executor, std::string_view name = "TaskScope");
  ~TaskScope();
  TaskScope(TaskScope const&) = delete;
  TaskScope& operator=(TaskScope const&) = delete;

  /// Starts a child on the executor, never on the spot. Hand arguments to the coroutine by value,
  /// or keep what they refer to alive until join(). A child that is cancelled before its
  /// turn, or spawned after cancel(), does not run at all.
  void spawn(Task<> child);

  /// The same for a coroutine lambda, which is kept alive, captures and all, while it runs.
  template <class Body>

  requires std::is_invocable_r_v<Task<>, Body&> void spawn(Body body) {
    spawn(hold(std::move(body)));
  }

  /// Asks every child to end: what it awaits completes with operation_aborted, and the co_await
  /// after that throws. Returns at once; children end when the executor runs them.
  void cancel();

  /// Waits for all children, also for those spawned meanwhile. A cancellation of the caller is
  /// passed on to the children, which are still awaited; but a caller that was cancelled before
  /// never gets here (its co_await throws), which is what in_scope() takes care of.
  /// @throws the first exception a child ended with; that one cancelled the others. A child that
  ///         ends by cancellation has not failed.
  [[nodiscard]] Task<> join();

  [[nodiscard]] std::size_t size() const { return children_.size(); }

  [[nodiscard]] bool empty() const { return children_.empty(); }

  [[nodiscard]] bool cancelled() const { return cancelled_; }

 private:
  struct Child {
    asio::cancellation_signal signal;
  };

  template <class Body>
  static Task<> hold(Body body) {
    co_await body();
  }

  void on_child_end(std::list<Child>::iterator child, std::exception_ptr error);

  Executor executor_;
  std::string_view name_;
  asio::steady_timer idle_;
  std::list<Child> children_;
  std::exception_ptr first_error_;
  bool cancelled_ = false;
};

/// Runs `body` with a scope of its own, and returns when it and all children have ended.
///
/// When `body` throws, the children are cancelled and awaited, then it is rethrown; otherwise the
/// children are awaited (a body that is done with them calls scope.cancel()). A child's exception
/// cancels the other children and is thrown from here.
template <class Body>
[[nodiscard]] Task<> in_scope(Body body) {
  TaskScope scope(co_await asio::this_coro::executor, "in_scope");
  std::exception_ptr error;
  try {
    co_await body(scope);
  } catch (...) {
    error = std::current_exception();
    scope.cancel();
  }
  auto const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(
      false);  // or a cancelled caller never gets to join()
  try {
    co_await scope.join();
  } catch (...) {
    if (!error) {
      error = std::current_exception();
    }
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (error) {
    std::rethrow_exception(error);
  }
}

}  // namespace rpchspec::net
