// results.json, schema 1 (design.md section 5; results.schema.json).

#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

inline constexpr int kResultsSchema = 1;

/// The whole file, indented, with a line end.
[[nodiscard]] std::string to_json(model::RunResult const& run);

/// Reads one back, for merging, `report` and --last-failed. Fields that are not known are passed
/// over; a higher schema number is `not_supported`.
[[nodiscard]] Result<model::RunResult> from_json(std::string_view text);

}  // namespace rpchspec::reports
