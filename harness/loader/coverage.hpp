// Which requirement has a scenario, and why another has none.

#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/loader/load.hpp"
#include "harness/loader/selector.hpp"

namespace rpchspec::loader {

struct CoverageRow {
  std::string requirement;
  std::vector<std::string> scenarios;  // ids, in the order of the suite
  std::vector<std::string> monitors;
  std::string why_not;                                // of the registry
  std::string role;                                   // of whom it asks, as the registry has it
  model::Level level = model::Level::must;            // of an RPC proxy
  model::Level front = model::Level::not_applicable;  // of an HTTP front
  std::vector<std::string> behind_fronts = {};        // of all scenarios, those that can run there

  /// Checked by something, or with a reason why not.
  [[nodiscard]] bool explained() const {
    return !scenarios.empty() || !monitors.empty() || !why_not.empty();
  }

  /// A front is asked for it, and nothing that can run behind one checks it, nor is there a reason.
  [[nodiscard]] bool open_for_fronts() const {
    return front != model::Level::not_applicable && behind_fronts.empty() && monitors.empty() &&
           why_not.empty();
  }
};

struct Coverage {
  std::vector<CoverageRow> rows;  // in the order of the registry
  std::size_t checked = 0;        // by a scenario or a monitor
  std::size_t with_reason = 0;    // not checked, with a reason
  std::size_t open = 0;           // neither, or not for a front that is asked for it, too
  std::size_t cases = 0;          // of the suite
};

/// @param monitors  requirement ids that monitors judge in every case, with the monitors' names.
[[nodiscard]] Coverage coverage(
    Suite const& suite,
    model::RequirementRegistry const& registry,
    std::map<std::string, std::vector<std::string>> const& monitors = {});

/// The requirements that `selection` names by prefix and level. Where `cases` are not all of the
/// suite, only what these cite.
[[nodiscard]] Coverage narrowed(Coverage coverage,
                                Selection const& selection,
                                std::set<std::string> const& cases);

/// One line a requirement, then the counts.
[[nodiscard]] std::string to_text(Coverage const& coverage);

}  // namespace rpchspec::loader
