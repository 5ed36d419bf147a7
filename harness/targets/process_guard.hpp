// Ends a started process when we are killed, as our own code then can no more.

#pragma once

#include <sys/types.h>

#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// A child of ours that waits for our end: when we end in any way but through the destructor, it
/// sends SIGTERM to a process group, and SIGKILL 5 s later to what is left of it.
///
/// It notices by a pipe of which we alone hold the other end, whichever of our threads began it.
/// (PR_SET_PDEATHSIG would tell the shell alone, and of the end of a thread.)
class ProcessGuard {
 public:
  ProcessGuard() = default;

  /// @return io: there is no pipe or no process left for it.
  [[nodiscard]] static Result<ProcessGuard> over(pid_t group);

  ProcessGuard(ProcessGuard&& other) noexcept;
  ProcessGuard& operator=(ProcessGuard&& other) noexcept;

  /// The group is left alone from now on.
  ~ProcessGuard();

 private:
  pid_t pid_ = -1;
  int pipe_ = -1;  // our end of it
};

}  // namespace rpchspec::targets
