// ladder.txt: client | proxy | server from top to bottom, with times, steps, PDUs and ends.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

struct LadderOptions {
  std::size_t max_lines = 2000;  // then the middle is left out
  std::size_t run_length = 3;    // more RPC PDUs in a row on one leg become one line
};

/// ASCII only, at most 140 columns.
[[nodiscard]] Result<std::string> ladder(std::filesystem::path const& journal,
                                         LadderOptions const& options = {});
[[nodiscard]] Result<std::string> ladder(ByteView journal, LadderOptions const& options = {});

}  // namespace rpchspec::reports
