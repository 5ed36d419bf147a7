#include "harness/cli/inert.hpp"

#include <cstdlib>
#include <utility>

namespace rpchspec::cli {
namespace {

/// What the runner may trim off a line is not all of ASCII.
bool is_visible(char c) {
  return c > ' ' && c <= '~';
}

}  // namespace

std::string without_commands(std::string_view text) {
  std::string made;
  made.reserve(text.size());
  auto at_beginning = true;  // nothing visible on this line yet
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const rest = text.substr(i);
    if (rest.starts_with("##[")) {
      made += "## [";
      i += 2;
      at_beginning = false;
      continue;
    }
    if (at_beginning && rest.starts_with("::")) {
      made += '|';
    }
    made += text[i];
    at_beginning = text[i] == '\n' || text[i] == '\r' || (at_beginning && !is_visible(text[i]));
  }
  return made;
}

std::string inert(std::string text) {
  char const* const there = std::getenv("GITHUB_ACTIONS");
  return there != nullptr && std::string_view(there) == "true" ? without_commands(text)
                                                               : std::move(text);
}

}  // namespace rpchspec::cli
