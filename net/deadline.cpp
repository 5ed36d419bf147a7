#include "net/deadline.hpp"

namespace rpchspec::net {

Task<bool> sleep_until(Deadline deadline) {
  Timer timer(co_await asio::this_coro::executor, deadline.at());
  auto [error] = co_await timer.async_wait();
  co_return !error;
}

}  // namespace rpchspec::net
