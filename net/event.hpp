// A condition that coroutines of one thread wait for.

#pragma once

#include <list>
#include <utility>

#include "net/asio.hpp"
#include "net/deadline.hpp"

namespace rpchspec::net {

/// Wakes coroutines. Single-threaded; outlives its waiters (a TaskScope sees to that).
///
/// Carries no state of its own: what is waited for is a predicate over the owner's variables, so
/// that a notification between check and wait is never missed.
class Event {
 public:
  explicit Event(Executor executor);
  ~Event();
  Event(Event const&) = delete;
  Event& operator=(Event const&) = delete;

  /// Every waiter looks at its predicate again, from the executor.
  void notify();

  /// Waits until `ready()` holds. Looks at it first, after every notify(), and once more when the
  /// deadline passed. @return its last value: false is the deadline, or a cancellation.
  template <class Ready>
  [[nodiscard]] Task<bool> wait(Ready ready, Deadline deadline) {
    while (!ready()) {
      auto const notified = co_await next(deadline);
      if (!notified) {
        co_return ready();
      }
    }
    co_return true;
  }

  /// Waits for the next notify(). @return false: the deadline passed, or cancelled.
  [[nodiscard]] Task<bool> next(Deadline deadline);

  [[nodiscard]] std::size_t waiters() const { return waiters_.size(); }

  [[nodiscard]] Executor executor() const { return executor_; }

 private:
  struct Waiter {
    Waiter(Executor const& executor, Deadline deadline) : timer(executor, deadline.at()) {}

    Timer timer;
    bool notified = false;
  };

  Executor executor_;
  std::list<Waiter> waiters_;
};

}  // namespace rpchspec::net
