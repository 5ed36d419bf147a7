// `--detach --state F`, and `down --state F`.

#pragma once

#include <sys/types.h>

#include <string>

namespace rpchspec::cli {

/// The two sides of a fork. Entered before there is any thread.
class Background {
 public:
  /// Forks. The child has a session of its own, no standard input, and logs to STATE.log.
  /// @throws StartError: what STATE names still runs, or it can't be written beside it.
  [[nodiscard]] static Background enter(std::string const& state);

  [[nodiscard]] bool is_parent() const { return child_ > 0; }

  /// Parent: prints the child's ready line, or what kept it from starting. @return the exit code.
  [[nodiscard]] int wait_until_ready() const;

  /// Child: writes the state file, then tells the parent.
  void say_ready(std::string const& line);

  /// Child: leaves its exit code for `down`.
  void say_exit(int code) const;

 private:
  pid_t child_ = 0;
  int pipe_ = -1;
  std::string state_;
};

/// Ends what a state file names: SIGTERM, and SIGKILL after 10 s. The file is removed.
/// @return the exit code that it left, also where it had ended already.
/// @throws UsageError without such a file. StartError: it was killed, so that it left none.
[[nodiscard]] int end_background(std::string const& state);

}  // namespace rpchspec::cli
