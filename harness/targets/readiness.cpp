#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include "harness/targets/process.hpp"
#include "harness/targets/url.hpp"
#include "model/scalars.hpp"

namespace rpchspec::targets {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{20};
constexpr milliseconds kLongestPause{500};
constexpr milliseconds kLongestAttempt{1000};
constexpr milliseconds kEnding{100};  // of a program, from its first closed socket to its last

struct Attempt {
  bool refused = false;
  std::string why;  // empty: a connection was accepted
};

Attempt try_connect(Address const& proxy, milliseconds at_most) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int const unknown =
      getaddrinfo(proxy.host.c_str(), std::to_string(proxy.port).c_str(), &hints, &found);
  if (unknown != 0) {
    return {false, gai_strerror(unknown)};
  }
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> const owner(found, &freeaddrinfo);
  Attempt last{false, "no address"};
  for (auto* each = found; each != nullptr; each = each->ai_next) {
    int const socket_fd = socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error =
        socket_fd < 0 || connect(socket_fd, each->ai_addr, each->ai_addrlen) != 0 ? errno : 0;
    if (error == EINPROGRESS) {
      pollfd watched{socket_fd, POLLOUT, 0};
      socklen_t size = sizeof(error);
      error = poll(&watched, 1, static_cast<int>(at_most.count())) == 1 ? 0 : ETIMEDOUT;
      if (error == 0) {
        getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &error, &size);
      }
    }
    if (socket_fd >= 0) {
      close(socket_fd);
    }
    if (error == 0) {
      return {};
    }
    last = {error == ECONNREFUSED, std::generic_category().message(error)};
  }
  return last;
}

Error died(StartedProcess& process) {
  return {ErrorCode::io,
          0,
          "start",
          {},
          "the started proxy " + *process.ended() +
              " before it accepted connections; its last lines:" + process.last_lines()};
}

}  // namespace

bool is_refused(Address const& proxy) {
  if (try_connect(proxy, kLongestAttempt).refused) {
    return true;
  }
  poll(nullptr, 0, static_cast<int>(kEnding.count()));
  return try_connect(proxy, kLongestAttempt).refused;
}

Result<void> wait_until_ready(Address const& proxy,
                              StartedProcess* process,
                              Duration at_most,
                              std::atomic<int> const& stop) {
  auto const deadline = Clock::now() + at_most;
  auto pause = kFirstPause;
  for (;;) {
    auto const left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    auto const why = try_connect(proxy, std::clamp(left, milliseconds(1), kLongestAttempt)).why;
    // What answers may be a stranger on the same port while ours died of "address in use".
    if (process != nullptr && process->ended()) {
      return fail(died(*process));
    }
    if (why.empty()) {
      return {};
    }
    if (stop != 0) {
      return fail(
          {ErrorCode::unexpected, 0, "wait", {}, "interrupted while waiting for the proxy"});
    }
    if (Clock::now() + pause >= deadline) {
      auto const waited = model::duration_text(
          std::chrono::duration_cast<std::chrono::nanoseconds>(at_most).count());
      return fail({ErrorCode::deadline,
                   0,
                   "wait",
                   {},
                   "nothing accepts connections at " + to_string(proxy) + " after " + waited +
                       " (" + why +
                       "): check --proxy, a firewall, and whether the proxy listens there" +
                       (process != nullptr ? "; its last lines:" + process->last_lines() : "")});
    }
    if (process != nullptr) {
      static_cast<void>(process->wait_for_end(pause));
    } else {
      poll(nullptr, 0, static_cast<int>(pause.count()));
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace rpchspec::targets
