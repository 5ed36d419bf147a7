// Texts that others made, as messages may hold them.

#pragma once

#include <string>

namespace rpchspec::supervisor {

/// Well-formed UTF-8 of at most `most` bytes (at least 8): '?' for each byte that is no part of it,
/// and " [...]" at the end for what was cut off.
[[nodiscard]] std::string told_text(std::string text, std::size_t most);

}  // namespace rpchspec::supervisor
