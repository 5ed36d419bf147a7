// Manual pages, made from the described command line.

#pragma once

#include <string>

#include "harness/cli/described.hpp"

namespace rpchspec::cli {

/// rpchspec(1): the commands, exit codes, files and variables.
[[nodiscard]] std::string program_page(DescribedProgram const& program);

/// rpchspec-run(1) and the like: one command.
[[nodiscard]] std::string command_page(DescribedCommand const& command);

}  // namespace rpchspec::cli
