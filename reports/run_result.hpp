// What follows from the cases of a run: summary, findings, requirements; and merging of shards.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "model/requirements.hpp"
#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

/// Fills summary, findings, choices and requirements of `run` from its cases. Call before
/// apply_waivers, and `recount` after it.
void summarize(model::RunResult& run);

using CasesById = std::map<std::string_view, model::CaseResult const*>;

/// The run's cases, each by its id; they point into the run.
[[nodiscard]] CasesById cases_by_id(model::RunResult const& run);

/// Counts verdicts again, of cases and of requirements.
void recount(model::RunResult& run);

struct Merged {
  model::RunResult run;
  std::size_t missing_shards = 0;
  std::vector<std::uint32_t> missing;  // which, where the shards say what they are; from 1
};

/// One result of several shards of the same run.
///
/// A case that several shards hold keeps its worst verdict. `complete` is set when all of them are
/// complete and none is missing: shards of `--shard I/N` say themselves how many there are.
/// @param expect_shards  how many there should be; 0: as they say, or as many as given.
/// @return bad_value when the shards are not of one run: another suite, seed, topology, N or
///         selection; when one is there twice; when N is not what was expected.
[[nodiscard]] Result<Merged> merge(std::vector<model::RunResult> shards, std::size_t expect_shards);

}  // namespace rpchspec::reports
