// What --defect and --variant name.

#pragma once

#include <string>
#include <vector>

#include "harness/targets/target.hpp"
#include "reference_proxy/defects.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::cli {

/// @throws UsageError with the nearest name that there is.
[[nodiscard]] proxy::DefectInfo const& defect_named(std::string const& name);

/// @param also  words that mean something there beside the variants' names.
/// @throws UsageError with the nearest name that there is.
[[nodiscard]] proxy::Variant const& variant_named(std::string const& name,
                                                  std::vector<std::string> also = {});

/// Of the embedded proxy: with the fact that it changes, so that cases which ask for another value
/// are skipped.
void choose(targets::Target& target, proxy::Variant const& variant);

}  // namespace rpchspec::cli
