#include "net/task_scope.hpp"

#include <cstdio>
#include <cstdlib>

namespace rpchspec::net {

namespace {

bool is_cancellation(std::exception_ptr const& error) {
  try {
    std::rethrow_exception(error);
  } catch (boost::system::system_error const& e) {
    return e.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

// co_spawn on the executor's own thread would run the child before it returns.
Task<> start_later(Task<> child) {
  co_await asio::post(co_await asio::this_coro::executor, kUseTuple);
  co_await std::move(child);
}

}  // namespace

TaskScope::TaskScope(Executor executor, std::string_view name)
    : executor_(std::move(executor)),
      name_(name),
      idle_(executor_, asio::steady_timer::time_point::max()) {}

TaskScope::~TaskScope() {
  if (!children_.empty()) {
    std::fprintf(stderr, "%.*s destroyed with %zu running children: join() was not reached\n",
                 static_cast<int>(name_.size()), name_.data(), children_.size());
    std::abort();
  }
}

void TaskScope::spawn(Task<> child) {
  auto const at = children_.emplace(children_.end());
  asio::co_spawn(executor_, start_later(std::move(child)),
                 asio::bind_cancellation_slot(at->signal.slot(), [this, at](std::exception_ptr e) {
                   on_child_end(at, std::move(e));
                 }));
  if (cancelled_) {
    at->signal.emit(asio::cancellation_type::terminal);
  }
}

void TaskScope::on_child_end(std::list<Child>::iterator child, std::exception_ptr error) {
  children_.erase(child);
  if (error && !is_cancellation(error) && !first_error_) {
    first_error_ = error;
    cancel();
  }
  if (children_.empty()) {
    idle_.cancel();
  }
}

void TaskScope::cancel() {
  cancelled_ = true;
  for (auto at = children_.begin(); at != children_.end();) {
    auto& child = *at++;
    child.signal.emit(asio::cancellation_type::terminal);
  }
}

Task<> TaskScope::join() {
  auto const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  auto const state = co_await asio::this_coro::cancellation_state;
  while (!children_.empty()) {
    if (state.cancelled() != asio::cancellation_type::none && !cancelled_) {
      cancel();
    }
    (void)co_await idle_.async_wait(kUseTuple);
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (auto error = std::exchange(first_error_, nullptr)) {
    std::rethrow_exception(error);
  }
}

}  // namespace rpchspec::net
