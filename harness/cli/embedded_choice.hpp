// What --defect and --variant name.

#pragma once

#include <string>
#include <vector>

#include "reference_proxy/defects.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::cli {

/// @throws UsageError with the nearest name that there is.
[[nodiscard]] proxy::DefectInfo const& defect_named(std::string const& name);

/// @param also  words that mean something there beside the variants' names.
/// @throws UsageError with the nearest name that there is.
[[nodiscard]] proxy::Variant const& variant_named(std::string const& name,
                                                  std::vector<std::string> also = {});

}  // namespace rpchspec::cli
