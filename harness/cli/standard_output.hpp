// What the program says on standard output, which may be full or closed.

#pragma once

#include <string_view>

namespace rpchspec::cli {

/// Before anything is opened: where standard input, output or error is closed, /dev/null takes its
/// place, opened the wrong way round. Its use fails as before, and no file of ours gets its number.
void hold_standard_streams();

/// Writes, from whatever thread, and never throws: told_whole() says what came of it.
void put(std::string_view text);

/// @return `exit_code`; where standard output did not take all of it, and that would be 0, 3. Says
/// so on standard error.
[[nodiscard]] int told_whole(int exit_code);

}  // namespace rpchspec::cli
