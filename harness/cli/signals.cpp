#include "harness/cli/signals.hpp"

#include <signal.h>

namespace rpchspec::cli {

namespace {

std::atomic<int> stop{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int number) {
  stop = number;
}

}  // namespace

std::atomic<int> const& stop_on_signals() {
  struct sigaction action {};

  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop;
}

}  // namespace rpchspec::cli
