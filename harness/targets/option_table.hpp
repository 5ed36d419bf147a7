// The parts of the table of options.

#pragma once

#include <vector>

#include "harness/targets/options.hpp"

namespace rpchspec::targets {

[[nodiscard]] std::vector<Option> options_what();
[[nodiscard]] std::vector<Option> options_which();
[[nodiscard]] std::vector<Option> options_how();
[[nodiscard]] std::vector<Option> options_output();

}  // namespace rpchspec::targets
