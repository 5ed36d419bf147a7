// The table that turns outcomes and levels into verdicts (design.md section 4).

#pragma once

#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// What one observation alone makes of a case: pass, warn, fail or blocked.
[[nodiscard]] model::Verdict verdict_of(model::Outcome outcome, model::Level level);

/// Red: fail, blocked or error.
[[nodiscard]] bool is_red(model::Verdict verdict);

/// From best to worst, over cases that were and were not judged: skip, not-run, pass, warn, waived,
/// blocked, error, fail.
[[nodiscard]] int weight_of(model::Verdict verdict);

/// What else there is to know of a case.
struct CaseFacts {
  bool setup_failed = false;   // a set-up step was not reached
  bool action_failed = false;  // one of its own steps could not be done
  bool harness_error = false;
  bool strict = false;  // warn becomes fail
  bool trial = false;   // never fails a build: fail and blocked become warn
};

/// error over fail over blocked over warn over pass.
[[nodiscard]] model::Verdict verdict_of(std::vector<model::Observation> const& observations,
                                        CaseFacts const& facts);

}  // namespace rpchspec::reports
