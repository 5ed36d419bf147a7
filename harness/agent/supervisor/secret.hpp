// What nobody can guess.

#pragma once

#include <string>

namespace rpchspec::supervisor {

/// 128 bits from the system's generator, as 32 hexadecimal digits.
[[nodiscard]] std::string new_secret();

}  // namespace rpchspec::supervisor
