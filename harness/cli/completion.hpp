// Completions for shells, made from the described command line.

#pragma once

#include <string>

#include "harness/cli/described.hpp"

namespace rpchspec::cli {

[[nodiscard]] std::string bash_completion(DescribedProgram const& program);
[[nodiscard]] std::string zsh_completion(DescribedProgram const& program);
[[nodiscard]] std::string fish_completion(DescribedProgram const& program);

}  // namespace rpchspec::cli
