// --repeat: one case that was played several times.

#pragma once

#include <string>

#include "model/verdict.hpp"
#include "reports/rows_by_id.hpp"

namespace rpchspec::reports {

/// Takes another repetition into what is known of the case. It keeps the worst verdict, with its
/// words, and counts all; deviations that only another repetition showed are added to the
/// observations, so that each has its finding. One that was broken off counts for less than any
/// that was played to its end.
void add_repetition(model::CaseResult& known, model::CaseResult next);

/// Adds a case that has finished to those that have: another repetition as above. Of a case that
/// ran again for another reason (sanity, under another configuration) what failed once is told.
void add_case(RowsById<model::CaseResult>& cases, model::CaseResult result);

/// Held in some repetitions (pass, warn) and did not in others (fail, blocked).
[[nodiscard]] bool is_flaky(model::CaseResult const& result);

/// "flaky: 3 pass, 2 fail", "5 pass"; empty for a case that ran once.
[[nodiscard]] std::string repetitions_text(model::CaseResult const& result);

}  // namespace rpchspec::reports
