// summary.md: a run in words for a pull request or a build's page, as GitHub and GitLab show them.

#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"

namespace rpchspec::reports {

inline constexpr std::size_t kFindingsInSummary = 20;
inline constexpr std::size_t kCasesInSummary = 30;

/// Counts, findings (those that fail first), cases that no finding speaks for, what was not judged,
/// what the proxy chose.
/// At most about 45 KB, whatever the run: a comment on GitHub takes 64.
[[nodiscard]] std::string markdown_summary(model::RunResult const& run);

/// As code: nothing in it is markup or a mention. One line, cut at `most` bytes.
[[nodiscard]] std::string markdown_code(std::string_view text, std::size_t most = 200);

/// As text that is nothing but text. One line, cut at `most` bytes of Markdown.
[[nodiscard]] std::string markdown_text(std::string_view text, std::size_t most = 300);

}  // namespace rpchspec::reports
