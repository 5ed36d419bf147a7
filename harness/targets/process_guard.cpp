#include "harness/targets/process_guard.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

#include "harness/targets/spawn.hpp"

namespace rpchspec::targets {
namespace {

// Reads the end of the pipe, which comes with our own. Nobody waits for members of a foreign group.
constexpr char const* kScript =
    "read -r never;"
    "kill -s TERM -- \"-$1\" || exit;"
    "for turn in 1 2 3 4 5; do sleep 1; kill -s 0 -- \"-$1\" || exit; done;"
    "kill -s KILL -- \"-$1\"";

tl::unexpected<Error> not_guarded(int number) {
  return fail({ErrorCode::io,
               0,
               "start",
               {},
               "cannot guard the started process: " + std::generic_category().message(number)});
}

/// Spawns the script with `waits_on` for its input, in a group of its own: what a terminal or a
/// pipeline sends to ours is for us, and we end the group then.
tl::expected<pid_t, int> spawn_guard(pid_t group, int waits_on) {
  SpawnSettings settings(SpawnSettings::Apart::group);
  auto* const actions = &settings.actions;
  posix_spawn_file_actions_adddup2(actions, waits_on, 0);
  posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(actions, 3);
  return spawn({"/bin/sh",
                {"/bin/sh", "-c", kScript, "rpchspec-guard", std::to_string(group)},
                {"PATH=/usr/bin:/bin"}},  // of ours it needs nothing, passwords least of all
               settings);
}

}  // namespace

Result<ProcessGuard> ProcessGuard::over(pid_t group) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return not_guarded(errno);
  }
  ProcessGuard guard;
  guard.pipe_ = ends[1];
  auto const spawned = spawn_guard(group, ends[0]);
  close(ends[0]);
  if (!spawned) {
    return not_guarded(spawned.error());
  }
  guard.pid_ = *spawned;
  return guard;
}

ProcessGuard::ProcessGuard(ProcessGuard&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pipe_(std::exchange(other.pipe_, -1)) {}

ProcessGuard& ProcessGuard::operator=(ProcessGuard&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pipe_, other.pipe_);
  return *this;
}

ProcessGuard::~ProcessGuard() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (pipe_ >= 0) {
    close(pipe_);
  }
}

}  // namespace rpchspec::targets
