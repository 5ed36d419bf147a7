#include "harness/agent/supervisor/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "harness/targets/process_stat.hpp"
#include "harness/targets/spawn.hpp"

namespace rpchspec::supervisor {

namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      ends = {-1, -1};
    }
  }

  ~Pipe() {
    for (int const end : ends) {
      if (end >= 0) {
        close(end);
      }
    }
  }

  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;

  int take(std::size_t end) { return std::exchange(ends.at(end), -1); }

  std::array<int, 2> ends{-1, -1};
};

void set_files(targets::SpawnSettings& settings, ChildPlan const& plan, int in, int out) {
  auto* const actions = &settings.actions;
  posix_spawn_file_actions_adddup2(actions, in, 0);
  posix_spawn_file_actions_adddup2(actions, out, 1);
  posix_spawn_file_actions_addopen(actions, 2, plan.log.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  posix_spawn_file_actions_addchdir_np(actions, plan.folder.c_str());
  posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

tl::unexpected<Error> cannot(std::string const& what, int number) {
  return fail(
      {ErrorCode::io, 0, "child", {}, what + ": " + std::generic_category().message(number)});
}

/// What a process started, and could not end any more: a proxy under test.
void kill_session(pid_t leader) {
  for (auto const pid : targets::all_processes()) {
    auto const stat = targets::stat_of(pid);
    if (stat && stat->session == leader) {
      kill(pid, SIGKILL);
    }
  }
}

void close_if_open(int& handle) {
  if (handle >= 0) {
    close(std::exchange(handle, -1));
  }
}

}  // namespace

std::string ChildEnd::text() const {
  return signal != 0 ? "was killed by signal " + std::to_string(signal)
                     : "exited with " + std::to_string(exit_code);
}

Result<Child> Child::start(ChildPlan const& plan) {
  Pipe in;
  Pipe out;
  if (in.ends[0] < 0 || out.ends[0] < 0) {
    return cannot("pipe", errno);
  }
  targets::SpawnSettings settings(targets::SpawnSettings::Apart::session);
  set_files(settings, plan, in.ends[0], out.ends[1]);
  auto words = plan.words;
  words.insert(words.begin(), "rpchspec");
  auto const spawned = targets::spawn(
      {plan.program.string(), std::move(words), targets::own_environment()}, settings);
  if (!spawned) {
    return cannot("cannot start " + plan.program.string(), spawned.error());
  }
  Child child;
  child.pid_ = *spawned;
  if (plan.most_memory != 0) {
    rlimit const limit{plan.most_memory, plan.most_memory};
    prlimit(child.pid_, RLIMIT_AS, &limit, nullptr);
  }
  child.pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, child.pid_, 0));
  child.in_ = in.take(1);
  child.out_ = out.take(0);
  if (child.pid_fd_ < 0) {
    return cannot("cannot watch a process", errno);
  }
  auto guard = targets::ProcessGuard::over(child.pid_);
  if (!guard) {
    return tl::unexpected(guard.error());
  }
  child.guard_ = *std::move(guard);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::exchange(other.pid_fd_, -1)),
      in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      guard_(std::move(other.guard_)),
      end_(other.end_) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pid_fd_, other.pid_fd_);
  std::swap(in_, other.in_);
  std::swap(out_, other.out_);
  std::swap(guard_, other.guard_);
  std::swap(end_, other.end_);
  return *this;
}

Child::~Child() {
  if (pid_ > 0 && !end_) {
    signal(SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    kill_session(pid_);
  }
  close_if_open(pid_fd_);
  close_if_open(in_);
  close_if_open(out_);
}

std::string Child::read() const {
  std::array<char, 65536> buffer{};
  ssize_t count = 0;
  do {
    count = ::read(out_, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

std::string Child::read_all(milliseconds at_most, std::size_t most) {
  auto const until = Steady::now() + at_most;
  std::string all;
  for (;;) {
    auto const left = std::chrono::duration_cast<milliseconds>(until - Steady::now());
    pollfd watched{out_, POLLIN, 0};
    if (left.count() <= 0 || poll(&watched, 1, static_cast<int>(left.count())) == 0) {
      signal(SIGKILL);
      return all;
    }
    auto const more = read();
    if (more.empty()) {
      return all;
    }
    all.append(more, 0, most - std::min(most, all.size()));
  }
}

void Child::signal(int number) const {
  if (pid_ > 0 && !end_) {
    kill(-pid_, number);
  }
}

std::optional<ChildEnd> Child::wait(milliseconds at_most) {
  if (end_ || pid_ <= 0) {
    return end_;
  }
  pollfd watched{pid_fd_, POLLIN, 0};
  poll(&watched, 1, static_cast<int>(at_most.count()));
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == pid_) {
    guard_ = targets::ProcessGuard();  // its number may be another's from here on
    end_ = WIFSIGNALED(status) ? ChildEnd{0, WTERMSIG(status)} : ChildEnd{WEXITSTATUS(status), 0};
    if (end_->signal != 0) {
      kill_session(pid_);
    }
  }
  return end_;
}

void Child::ask_to_end() const {
  signal(SIGTERM);
  signal(SIGCONT);
}

ChildEnd Child::stop(milliseconds grace) {
  ask_to_end();
  if (!wait(grace)) {
    signal(SIGKILL);
    while (!wait(std::chrono::seconds(1))) {
    }
  }
  return *end_;
}

std::string tail_of(std::filesystem::path const& file, std::size_t most) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) {
    return {};
  }
  auto const size = static_cast<std::size_t>(in.tellg());
  auto const from = size > most ? size - most : 0;
  in.seekg(static_cast<std::streamoff>(from));
  std::string text(size - from, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return from == 0 ? text : text.substr(std::min(text.size(), text.find('\n') + 1));
}

}  // namespace rpchspec::supervisor
