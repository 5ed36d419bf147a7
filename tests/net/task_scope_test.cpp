#include "net/task_scope.hpp"

#include <stdexcept>

#include "net/event.hpp"
#include "support.hpp"

namespace rpchspec::net {
namespace {

Task<> wait_for_ever(int& ended) {
  struct AtEnd {
    explicit AtEnd(int& n_) : n(n_) {}

    ~AtEnd() { ++n; }

    AtEnd(AtEnd const&) = delete;
    AtEnd& operator=(AtEnd const&) = delete;

    int& n;
  };

  AtEnd const at_end(ended);
  (void)co_await sleep_until(Deadline::never());
}

TEST(TaskScope, JoinsAllChildren) {
  run_net([]() -> Task<> {
    int count = 0;
    TaskScope scope(co_await asio::this_coro::executor);
    for (int i = 0; i < 5; ++i) {
      scope.spawn([&count]() -> Task<> {
        (void)co_await sleep_until(Deadline::in(1ms));
        ++count;
      });
    }
    co_await scope.join();
    EXPECT_EQ(count, 5);
  });
}

TEST(TaskScope, CancelsTheOthersWithTheFirstErrorAndThrowsIt) {
  run_net([]() -> Task<> {
    int ended = 0;
    std::string what;
    TaskScope scope(co_await asio::this_coro::executor);
    scope.spawn(wait_for_ever(ended));
    scope.spawn(wait_for_ever(ended));
    scope.spawn([]() -> Task<> {
      (void)co_await sleep_until(Deadline::in(1ms));
      throw std::runtime_error("the first");
    });
    try {
      co_await scope.join();
    } catch (std::runtime_error const& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "the first");
    EXPECT_EQ(ended, 2);
  });
}

TEST(TaskScope, DoesNotRunAChildThatIsSpawnedAfterCancel) {
  run_net([]() -> Task<> {
    int ended = 0;
    TaskScope scope(co_await asio::this_coro::executor);
    scope.cancel();
    scope.spawn(wait_for_ever(ended));
    co_await scope.join();
    EXPECT_EQ(ended, 0);
  });
}

TEST(TaskScope, InScopeEndsTheChildrenWhenItsBodyThrows) {
  run_net([]() -> Task<> {
    int ended = 0;
    std::string what;
    try {
      co_await in_scope([&ended](TaskScope& scope) -> Task<> {
        scope.spawn(wait_for_ever(ended));
        (void)co_await sleep_until(Deadline::in(1ms));
        throw std::runtime_error("body");
      });
    } catch (std::runtime_error const& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "body");
    EXPECT_EQ(ended, 1);
  });
}

TEST(TaskScope, ACancelledCallerStillAwaitsTheChildrenOfItsInnerScopes) {
  run_net([]() -> Task<> {
    int ended = 0;
    co_await in_scope([&ended](TaskScope& outer) -> Task<> {
      outer.spawn([&ended]() -> Task<> {
        co_await in_scope([&ended](TaskScope& inner) -> Task<> {
          inner.spawn(wait_for_ever(ended));
          inner.spawn(wait_for_ever(ended));
          co_await wait_for_ever(ended);
        });
      });
      outer.spawn([&ended]() -> Task<> {
        co_await in_scope([&ended](TaskScope& inner) -> Task<> {
          inner.spawn(wait_for_ever(ended));
          co_return;
        });
      });
      (void)co_await sleep_until(Deadline::in(2ms));
      outer.cancel();
    });
    EXPECT_EQ(ended, 4);
  });
}

TEST(TaskScopeDeathTest, AbortsLoudlyWhenItIsDestroyedWithChildren) {
  EXPECT_DEATH(
      {
        asio::io_context context;
        int ended = 0;
        TaskScope scope(context.get_executor(), "readers");
        scope.spawn(wait_for_ever(ended));
      },
      "readers destroyed with 1 running children");
}

TEST(Event, WakesEveryWaiterAndMissesNoNotification) {
  run_net([]() -> Task<> {
    Event event(co_await asio::this_coro::executor);
    int value = 0;
    int woken = 0;
    co_await in_scope([&](TaskScope& scope) -> Task<> {
      for (int i = 1; i <= 3; ++i) {
        scope.spawn([&event, &value, &woken, i]() -> Task<> {
          auto const reached = [&value, i] { return value >= i; };
          auto const seen_1 = co_await event.wait(reached, soon());
          EXPECT_TRUE(seen_1);
          ++woken;
        });
      }
      for (int i = 0; i < 3; ++i) {
        (void)co_await sleep_until(Deadline::in(1ms));
        ++value;
        event.notify();
      }
    });
    EXPECT_EQ(woken, 3);
    EXPECT_EQ(event.waiters(), 0U);
  });
}

TEST(Event, TellsADeadlineFromANotification) {
  run_net([]() -> Task<> {
    Event event(co_await asio::this_coro::executor);
    auto const seen_2 = co_await event.next(Deadline::in(1ms));
    EXPECT_FALSE(seen_2);
    auto const never = [] { return false; };
    auto const seen_3 = co_await event.wait(never, Deadline::passed());
    EXPECT_FALSE(seen_3);
    auto const at_once = [] { return true; };
    auto const seen_4 = co_await event.wait(at_once, Deadline::passed());
    EXPECT_TRUE(seen_4);
  });
}

}  // namespace
}  // namespace rpchspec::net
