#include "harness/targets/process_watch.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace rpchspec::targets {

ProcessWatch::ProcessWatch(StartedProcess& process, std::function<void(std::string const&)> died)
    : died_(std::move(died)), wake_(eventfd(0, EFD_CLOEXEC)) {
  if (wake_ >= 0) {
    thread_ = std::thread([this, &process] { wait(process); });
  }
}

ProcessWatch::~ProcessWatch() {
  if (thread_.joinable()) {
    std::uint64_t const one = 1;
    static_cast<void>(write(wake_, &one, sizeof(one)));
    thread_.join();
    close(wake_);
  }
}

void ProcessWatch::wait(StartedProcess& process) {
  pollfd watched[] = {{process.watch_fd(), POLLIN, 0}, {wake_, POLLIN, 0}};
  while (poll(watched, 2, -1) < 0 && errno == EINTR) {
  }
  if (watched[1].revents == 0 && process.ended()) {
    died_("the started proxy " + *process.ended() + "; its last lines:" + process.last_lines());
  }
}

}  // namespace rpchspec::targets
