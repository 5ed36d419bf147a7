// The evidence of several runs in one folder, for merging.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::cli {

/// A run that is merged: its folder, and what its results.json says.
struct Place {
  std::filesystem::path folder;
  model::RunResult const* run = nullptr;
};

/// "cases/<id>", "cases/<id>~2" for the second repetition: where a case's evidence is in its run.
[[nodiscard]] std::filesystem::path evidence_of(model::CaseResult const& result);

/// Copies the evidence of each case of `merged` into `out`, from the first run with its verdict,
/// and writes events.jsonl of it. What is at its place already stays.
/// @throws StartError: it cannot be written.
void gather_evidence(std::filesystem::path const& out,
                     model::RunResult const& merged,
                     std::vector<Place> const& places);

}  // namespace rpchspec::cli
