// Words of a proxy, in a log that takes some of its lines for commands.

#pragma once

#include <string>
#include <string_view>

namespace rpchspec::cli {

/// The text with nothing left in it that the runner of GitHub Actions takes for a command: "::" at
/// the beginning of a line, behind whatever blanks, and "##[" anywhere. A line begins behind a bare
/// CR, too.
[[nodiscard]] std::string without_commands(std::string_view text);

/// The same where $GITHUB_ACTIONS is "true"; elsewhere the text as it is. For all text that may
/// hold what a proxy said.
[[nodiscard]] std::string inert(std::string text);

}  // namespace rpchspec::cli
