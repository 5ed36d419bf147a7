#include "harness/cli/background.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/inert.hpp"
#include "harness/targets/process_stat.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

constexpr int kGraceMs = 10'000;

std::string read_all(std::string const& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Empty: there is no such process.
std::string start_time(pid_t pid) {
  auto const stat = targets::stat_of(pid);
  return stat ? stat->started : std::string();
}

/// Whole or not at all: `down` may read while it is written.
bool write_state(std::string const& file, boost::json::object const& state) {
  auto const beside = file + ".new";
  std::ofstream out(beside);
  out << boost::json::serialize(state) << "\n";
  out.close();
  return out && std::rename(beside.c_str(), file.c_str()) == 0;
}

/// Null where it is none.
boost::json::value read_state(std::string const& file) {
  boost::system::error_code error;
  auto value = boost::json::parse(read_all(file), error);
  return error ? boost::json::value() : value;
}

/// What the state file names, while it runs; 0: nothing, or it has ended.
pid_t running_in(boost::json::value const& state) {
  auto const* const object = state.if_object();
  auto const* const named = object == nullptr ? nullptr : object->if_contains("pid");
  auto const* const started = object == nullptr ? nullptr : object->if_contains("started");
  if (named == nullptr || !named->is_int64() || started == nullptr || !started->is_string()) {
    return 0;
  }
  auto const pid = static_cast<pid_t>(named->as_int64());
  auto const now = pid > 1 ? start_time(pid) : std::string();
  return !now.empty() && started->as_string() == now ? pid : 0;
}

void redirect(std::string const& file, int flags, int to) {
  int const opened = open(file.c_str(), flags | O_CLOEXEC, 0644);
  if (opened < 0) {
    throw StartError{"cannot write '" + file + "': " + std::generic_category().message(errno)};
  }
  dup2(opened, to);
  close(opened);
}

std::string read_to_end(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    auto const size = read(descriptor, buffer, sizeof(buffer));
    if (size > 0) {
      text.append(buffer, static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      return text;
    }
  }
}

}  // namespace

Background Background::enter(std::string const& state) {
  if (auto const pid = running_in(read_state(state)); pid != 0) {
    throw StartError{fmt::format(
        "--state: '{}' is of a fixture that still runs, pid {}; `rpchspec down --state {}` ends it",
        state, pid, state)};
  }
  auto const log = state + ".log";
  std::ofstream probe(log, std::ios::trunc);
  if (!probe) {
    throw StartError{"--state: cannot write '" + log + "'"};
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw StartError{std::string("pipe: ") + std::generic_category().message(errno)};
  }
  Background out;
  out.state_ = state;
  out.child_ = fork();
  if (out.child_ < 0) {
    throw StartError{std::string("fork: ") + std::generic_category().message(errno)};
  }
  out.pipe_ = ends[out.is_parent() ? 0 : 1];
  close(ends[out.is_parent() ? 1 : 0]);
  if (!out.is_parent()) {
    setsid();
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect(log, O_WRONLY | O_APPEND, STDOUT_FILENO);
    redirect(log, O_WRONLY | O_APPEND, STDERR_FILENO);
  }
  return out;
}

int Background::wait_until_ready() const {
  auto const line = read_to_end(pipe_);
  close(pipe_);
  if (line.ends_with('\n')) {
    fmt::print("{}", line);
    std::fflush(stdout);
    return 0;
  }
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  fmt::print(stderr, "{}", inert(read_all(state_ + ".log")));
  if (WIFSIGNALED(status)) {
    fmt::print(stderr, "rpchspec: it was ended by signal {}\n", WTERMSIG(status));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status)
                                                       : reports::kExitUnjudged;
}

void Background::say_ready(std::string const& line) {
  boost::json::object const state{{"pid", getpid()}, {"started", start_time(getpid())}};
  if (!write_state(state_, state)) {
    throw StartError{"--state: cannot write '" + state_ + "'"};
  }
  for (std::size_t done = 0; done < line.size();) {
    auto const written = write(pipe_, line.data() + done, line.size() - done);
    if (written < 0 && errno != EINTR) {
      break;
    }
    done += written > 0 ? static_cast<std::size_t>(written) : 0;
  }
  close(pipe_);
}

void Background::say_exit(int code) const {
  boost::json::object const state{
      {"pid", getpid()}, {"started", start_time(getpid())}, {"exit", code}};
  if (access(state_.c_str(), F_OK) == 0) {  // or nobody will ask
    write_state(state_, state);
  }
}

int end_background(std::string const& state) {
  auto const value = read_state(state);
  auto const* object = value.if_object();
  if (object == nullptr || !object->contains("pid") || !object->at("pid").is_int64()) {
    throw UsageError{"--state: '" + state + "' is no state file of `rpchspec up --detach`"};
  }
  if (auto const pid = running_in(value); pid != 0) {
    int const watch = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    kill(pid, SIGTERM);
    pollfd watched{watch, POLLIN, 0};
    if (watch >= 0 && poll(&watched, 1, kGraceMs) == 0) {
      kill(pid, SIGKILL);
      poll(&watched, 1, kGraceMs);
    }
    close(watch);
  } else {
    fmt::print(stderr, "rpchspec: it had ended already\n");
  }
  auto const left = read_state(state);
  auto const* const code = left.is_object() ? left.as_object().if_contains("exit") : nullptr;
  unlink(state.c_str());
  if (code == nullptr || !code->is_int64()) {
    throw StartError{"it was killed: it left no exit code, and no word on its clients"};
  }
  return static_cast<int>(code->as_int64());
}

}  // namespace rpchspec::cli
