// Failures with the same signature are one finding with many sightings (design.md section 4).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// `seen` without what differs from sighting to sighting: times, counts of bytes, addresses,
/// cookies, numbers of connections. Status codes and names stay.
[[nodiscard]] std::string normalised(std::string_view seen);

/// "f-1a2b3c4d", of requirement, kind, leg and normalised seen: the same in every run. All that one
/// expectation cites has the id of the requirement that leads (Observation.led_by).
[[nodiscard]] std::string finding_id(model::Observation const& observation);

/// Notes a further requirement that is broken with that of the finding: each once.
void add_also(model::Finding& finding, std::string const& requirement);

/// Whether an observation counts against the proxy: its own verdict is fail or warn.
[[nodiscard]] bool is_objection(model::Observation const& observation);

/// All findings of these cases: those that fail first, then by number of sightings, then by id.
[[nodiscard]] std::vector<model::Finding> find_causes(std::vector<model::CaseResult> const& cases);

/// Collects findings as cases end, to show each at once.
class FindingCollector {
 public:
  /// @return the findings that this case shows for the first time.
  std::vector<model::Finding> add(model::CaseResult const& result);

  [[nodiscard]] std::vector<model::Finding> const& findings() const { return findings_; }

 private:
  model::Finding& finding_of(model::Observation const& observation,
                             model::CaseResult const& result);

  std::vector<model::Finding> findings_;
};

}  // namespace rpchspec::reports
