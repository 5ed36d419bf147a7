// PEM files that the command line names.

#pragma once

#include <string>

#include "protocol/base/error.hpp"

namespace rpchspec::cli {

/// The file's text. @return io: it can't be read, or holds no PEM.
[[nodiscard]] Result<std::string> read_pem(std::string const& file);

}  // namespace rpchspec::cli
