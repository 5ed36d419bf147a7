// What follows from the cases of a run: summary, findings, requirements; and merging of shards.

#pragma once

#include <cstddef>
#include <vector>

#include "model/requirements.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

/// Fills summary, findings and requirements of `run` from its cases. Call before apply_waivers, and
/// `recount` after it.
void summarize(model::RunResult& run);

/// Counts verdicts again, of cases and of requirements.
void recount(model::RunResult& run);

struct Merged {
  model::RunResult run;
  std::size_t missing_shards = 0;
};

/// One result of several shards of the same run.
///
/// A case that several shards hold keeps its worst verdict. `complete` is set when all of them are
/// complete and none is missing.
/// @param expect_shards  how many there should be; 0: as many as given.
/// @return bad_value when the shards are not of one run: another suite, seed or topology.
[[nodiscard]] Result<Merged> merge(std::vector<model::RunResult> shards, std::size_t expect_shards);

}  // namespace rpchspec::reports
