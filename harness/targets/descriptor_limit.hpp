// How many files this program may have open.

#pragma once

#include <string>

namespace rpchspec::targets {

/// Raises the limit to what the system lets us have, at most 65536: two hundred virtual connections
/// with both their ends in one process are 1600 sockets, and a shell's usual limit is 1024.
void raise_descriptor_limit();

/// Puts the limit back to what it was, for a program that we start and that may size itself by it;
/// words of /bin/sh, empty where nothing was raised.
[[nodiscard]] std::string descriptor_limit_restored();

}  // namespace rpchspec::targets
