// The command that repeats one case of a run.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/targets/options.hpp"

namespace rpchspec::cli {

/// "rpchspec run --proxy http://gw --set receive_window=64KiB ID": the options that were given and
/// that change what one case does, and `--soak` never, because an id selects a soak case by itself.
/// @param file  of a case that is not the suite's; else empty.
[[nodiscard]] std::string rerun_command(
    std::vector<std::pair<targets::Option const*, std::string>> const& given,
    std::string const& file,
    std::string const& id);

}  // namespace rpchspec::cli
