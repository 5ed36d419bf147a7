// The value of an option, or the usage error that names the option.

#pragma once

#include <string>
#include <utility>

#include "harness/cli/command.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::cli {

/// @throws UsageError "--option: what is wrong with it".
template <class T>
[[nodiscard]] T value_of(std::string const& option, Result<T> result) {
  if (!result) {
    throw UsageError{option + ": " + result.error().detail};
  }
  return std::move(*result);
}

}  // namespace rpchspec::cli
