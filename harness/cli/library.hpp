// The scenarios of the program, as its commands need them.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/loader/load.hpp"
#include "harness/loader/selector.hpp"

namespace rpchspec::cli {

/// @throws UsageError with every error of every file.
[[nodiscard]] loader::Library open_library();

/// The whole suite, and the YAML files among the selectors.
[[nodiscard]] loader::Suite open_suite(loader::Library const& library,
                                       std::vector<std::string> const& selectors = {});

/// What replaced a retired id, in words; null: it is none. Values of a matrix are passed over.
[[nodiscard]] std::string const* replacement_of(std::string_view id,
                                                loader::Library const& library);

/// The cases of a selection. @throws UsageError: a selector means nothing, or a
/// retired scenario (exit 4).
[[nodiscard]] std::vector<scenario::v1::Scenario const*> selected_of(
    loader::Suite const& suite, loader::Selection const& selection, loader::Library const& library);

/// The value, or UsageError with all errors.
template <class T>
[[nodiscard]] T loaded(loader::Loaded<T> result);

}  // namespace rpchspec::cli
