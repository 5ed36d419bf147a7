#include <signal.h>

#include <exception>

#include <fmt/format.h>

#include "harness/cli/program.hpp"
#include "harness/cli/standard_output.hpp"
#include "harness/targets/descriptor_limit.hpp"

namespace {

/// A file that may not grow further is an error of write(), not our end. Not ignored, for programs
/// that we start would inherit that.
void outlive_file_size_limits() {
  struct sigaction action {};

  action.sa_handler = [](int) {};
  sigaction(SIGXFSZ, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  outlive_file_size_limits();
  rpchspec::targets::raise_descriptor_limit();
  rpchspec::cli::hold_standard_streams();
  try {
    return rpchspec::cli::told_whole(rpchspec::cli::run_program({argv + 1, argv + argc}));
  } catch (std::exception const& error) {
    fmt::print(stderr, "rpchspec: {}\n", error.what());
    return 3;
  }
}
