// junit.xml for GitLab, Jenkins and GitHub (design.md section 5).

#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// One testsuite a category; `name` is the id and nothing else, `classname` is
/// "rpchspec.<suite_name>.<category>". Characters that XML 1.0 has no place for become U+FFFD.
[[nodiscard]] std::string to_junit(model::RunResult const& run, std::string_view suite_name);

}  // namespace rpchspec::reports
