#include <exception>

#include <fmt/format.h>

#include "harness/cli/program.hpp"

int main(int argc, char** argv) {
  try {
    return rpchspec::cli::run_program({argv + 1, argv + argc});
  } catch (std::exception const& error) {
    fmt::print(stderr, "rpchspec: {}\n", error.what());
    return 3;
  }
}
