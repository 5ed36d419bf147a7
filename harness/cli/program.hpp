// The program as a function of its arguments.

#pragma once

#include <string>
#include <vector>

namespace rpchspec::cli {

/// Runs one command and returns the exit code of design.md section 5.
/// @param arguments  without the program's name.
[[nodiscard]] int run_program(std::vector<std::string> arguments);

}  // namespace rpchspec::cli
