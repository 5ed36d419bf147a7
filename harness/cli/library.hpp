// The scenarios of the program, as its commands need them.

#pragma once

#include <string>
#include <vector>

#include "harness/loader/load.hpp"

namespace rpchspec::cli {

/// @throws UsageError with every error of every file.
[[nodiscard]] loader::Library open_library();

/// The whole suite, and the YAML files among the selectors.
[[nodiscard]] loader::Suite open_suite(loader::Library const& library,
                                       std::vector<std::string> const& selectors = {});

/// The value, or UsageError with all errors.
template <class T>
[[nodiscard]] T loaded(loader::Loaded<T> result);

}  // namespace rpchspec::cli
