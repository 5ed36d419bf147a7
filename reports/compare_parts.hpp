// How the forms of a comparison are cut into parts. Private to reports.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "reports/compare.hpp"

namespace rpchspec::reports {

struct ComparisonPart {
  std::string_view name;  // one word, lower case
  std::vector<ComparedCase> const& cases;
};

/// In the order of their weight; empty ones too.
[[nodiscard]] std::array<ComparisonPart, 6> parts_of(Comparison const& comparison);

/// "pass -> fail", "fail", "2.0 s -> 4.5 s".
[[nodiscard]] std::string difference_text(ComparisonPart const& part, ComparedCase const& each);

}  // namespace rpchspec::reports
