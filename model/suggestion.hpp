// "Did you mean": the nearest allowed word to a mistyped one.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::model {

/// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The allowed word nearest to `word`; empty when none is within a third of its length (2 at
/// least).
[[nodiscard]] std::string nearest(std::string_view word, std::vector<std::string> const& allowed);

/// "; did you mean 'within'?", or, where nothing is near, "; allowed: a, b, c" for at most 24
/// words, or nothing.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::vector<std::string> const& allowed);

/// "a, b, c".
[[nodiscard]] std::string join(std::vector<std::string> const& words, std::string_view by = ", ");

}  // namespace rpchspec::model
