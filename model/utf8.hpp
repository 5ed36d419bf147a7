// Is this text UTF-8, and free of control characters?

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/text_error.hpp"

namespace rpchspec::model {

struct BadUtf8 {
  Mark where;
  std::string what;
};

/// The first byte that is not UTF-8 (overlong forms and surrogates included) or a control character
/// other than tab, CR and LF; empty when all is well.
[[nodiscard]] std::optional<BadUtf8> first_bad_utf8(std::string_view text);

}  // namespace rpchspec::model
