// Two runs beside each other.

#pragma once

#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::cli {

struct Comparison {
  std::vector<std::string> regressed;     // did not fail before, and fails now
  std::vector<std::string> mended;        // failed before, and no longer
  std::vector<std::string> new_failures;  // fails, and was not there before
  std::vector<std::string> lost;          // was judged before, and is not there or not judged now
};

/// A failure is `fail`, `blocked` or `error`. What was not judged before counts as not there.
[[nodiscard]] Comparison compare(model::RunResult const& base, model::RunResult const& now);

[[nodiscard]] std::string to_text(Comparison const& comparison);

}  // namespace rpchspec::cli
