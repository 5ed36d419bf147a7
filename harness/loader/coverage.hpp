// Which requirement has a scenario, and why another has none.

#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "harness/loader/load.hpp"

namespace rpchspec::loader {

struct CoverageRow {
  std::string requirement;
  std::vector<std::string> scenarios;  // ids, in the order of the suite
  std::vector<std::string> monitors;
  std::string why_not;  // of the registry

  /// Checked by something, or with a reason why not.
  [[nodiscard]] bool explained() const {
    return !scenarios.empty() || !monitors.empty() || !why_not.empty();
  }
};

struct Coverage {
  std::vector<CoverageRow> rows;  // in the order of the registry
  std::size_t checked = 0;        // by a scenario or a monitor
  std::size_t with_reason = 0;    // not checked, with a reason
  std::size_t open = 0;           // neither
};

/// @param monitors  requirement ids that monitors judge in every case, with the monitors' names.
[[nodiscard]] Coverage coverage(
    Suite const& suite,
    model::RequirementRegistry const& registry,
    std::map<std::string, std::vector<std::string>> const& monitors = {});

/// One line a requirement, then the counts.
[[nodiscard]] std::string to_text(Coverage const& coverage);

}  // namespace rpchspec::loader
