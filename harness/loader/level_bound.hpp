// Which levels a bound on them lets through. Private to loader.

#pragma once

#include "model/verdict.hpp"

namespace rpchspec::loader {

/// must is above should, and so on down to not_applicable, which is above nothing.
[[nodiscard]] constexpr bool at_least(model::Level level, model::Level bound) {
  return static_cast<int>(level) <= static_cast<int>(bound) &&
         level != model::Level::not_applicable;
}

}  // namespace rpchspec::loader
