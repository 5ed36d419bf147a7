// Versions of the suite: "1.0", "1.10".

#pragma once

#include <string_view>

namespace rpchspec::loader {

/// Of the scenarios that belong to this program. A scenario added to them later has a later
/// `since`.
inline constexpr std::string_view kSuiteVersion = "1.0";

/// True for digits with dots between them, at most 9 digits each.
[[nodiscard]] bool is_suite_version(std::string_view text);

/// Number by number: "1.9" is before "1.10"; a missing number counts as 0. Both must be versions;
/// an empty one is before all others.
[[nodiscard]] bool before(std::string_view a, std::string_view b);

}  // namespace rpchspec::loader
