#include "harness/cli/signals.hpp"

#include <signal.h>

#include <cstdint>
#include <ctime>

namespace rpchspec::cli {

namespace {

constexpr std::int64_t kSameWord = 1000;  // milliseconds

std::atomic<int> caught{0};
std::atomic<std::int64_t> caught_at_ms{0};
static_assert(std::atomic<int>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

/// A signal that comes again at once is the same one: timeout(1) sends it to its child and to the
/// child's group. Who asks again later does not want to wait for reports.
void on_signal(int number) {
  if (caught == 0) {
    caught_at_ms = now_ms();
    caught = number;
  } else if (now_ms() - caught_at_ms > kSameWord) {
    ::signal(number, SIG_DFL);
    ::raise(number);
  }
}

}  // namespace

std::atomic<int> const& stop_on_signals() {
  struct sigaction action {};

  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  // Whoever reads what is told may leave. Not ignored: programs that we start would inherit that.
  action.sa_handler = [](int) {};
  sigaction(SIGPIPE, &action, nullptr);
  return caught;
}

}  // namespace rpchspec::cli
