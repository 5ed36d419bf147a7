#include "harness/cli/standard_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "reports/exit_code.hpp"

namespace rpchspec::cli {

void hold_standard_streams() {
  for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) == -1 && errno == EBADF) {
      // The lowest number that is free: those below are taken, or were closed and held just now.
      static_cast<void>(open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
  }
}

void put(std::string_view text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));  // ferror() remembers
}

int told_whole(int exit_code) {
  auto const failed_before = std::ferror(stdout) != 0;
  errno = 0;
  auto const failed_now = std::fflush(stdout) != 0;
  if (!failed_before && !failed_now) {
    return exit_code;
  }
  fmt::print(stderr, "rpchspec: cannot write to standard output: {}\n",
             failed_now ? std::strerror(errno) : "an earlier write failed");
  return exit_code == reports::kExitPassed ? reports::kExitUnjudged : exit_code;
}

}  // namespace rpchspec::cli
