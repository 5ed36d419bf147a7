// Passwords and tokens, which come from files: a command line is read by everybody.

#pragma once

#include <string>

#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// The first line of the file, without its end (LF or CR LF).
/// @return io: it can't be read; bad_value: the line is empty. Neither tells what is in it.
[[nodiscard]] Result<std::string> read_secret(std::string const& file);

}  // namespace rpchspec::targets
