// From the tree of one file to its cases: matrix, set-ups, sugar, descriptor, lint.

#pragma once

#include <vector>

#include "harness/loader/load.hpp"
#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

/// Every case of a file; what is wrong goes to `errors`, whose file name the cases carry.
[[nodiscard]] std::vector<scenario::v1::Scenario> build_cases(model::YamlNode const& root,
                                                              Library const& library,
                                                              model::TextErrors& errors);

}  // namespace rpchspec::loader
