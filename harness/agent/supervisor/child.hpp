// A process of this same program: started with words that are never a shell's.

#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/targets/process_guard.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::supervisor {

struct ChildPlan {
  std::filesystem::path program;
  std::vector<std::string> words;  // behind the program's name
  std::filesystem::path folder;    // where it works
  std::filesystem::path log;       // gets its standard error
  std::uint64_t most_memory = 0;   // bytes of address space; 0: as much as there is
};

/// How a process ended.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  // that killed it; 0: none

  /// "exited with 2", "was killed by signal 9".
  [[nodiscard]] std::string text() const;
};

/// A process in a session of its own, killed with this object, and ended where we are killed. Its
/// standard input and output are pipes. Where a signal ends it, what it had started is killed, too.
class Child {
 public:
  /// io: it cannot be started.
  [[nodiscard]] static Result<Child> start(ChildPlan const& plan);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Readable when it said something, or will say no more.
  [[nodiscard]] int out() const { return out_; }

  /// Readable when it has ended; what it had started may hold its output open yet.
  [[nodiscard]] int over() const { return pid_fd_; }

  /// What is there of its output; empty: the end.
  [[nodiscard]] std::string read() const;

  /// All of its output, the first `most` bytes, until it ends; killed where it takes longer.
  [[nodiscard]] std::string read_all(std::chrono::milliseconds at_most, std::size_t most);

  /// To its whole group.
  void signal(int number) const;

  /// Waits for its end, at most so long.
  [[nodiscard]] std::optional<ChildEnd> wait(std::chrono::milliseconds at_most);

  /// SIGTERM to its whole group, also where it was stopped (SIGSTOP). Does not wait.
  void ask_to_end() const;

  /// Asks it to end; SIGKILL after `grace`.
  ChildEnd stop(std::chrono::milliseconds grace);

 private:
  Child() = default;

  pid_t pid_ = -1;
  int pid_fd_ = -1;
  int in_ = -1;
  int out_ = -1;
  targets::ProcessGuard guard_;
  std::optional<ChildEnd> end_;
};

/// The last `most` bytes of a text file, from the beginning of a line on.
[[nodiscard]] std::string tail_of(std::filesystem::path const& file, std::size_t most);

}  // namespace rpchspec::supervisor
