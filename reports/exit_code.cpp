#include "reports/exit_code.hpp"

#include <algorithm>

namespace rpchspec::reports {

using model::Verdict;

namespace {

bool any(model::RunResult const& run, Verdict verdict) {
  return std::any_of(run.cases.begin(), run.cases.end(),
                     [&](model::CaseResult const& result) { return result.verdict == verdict; });
}

bool all(model::RunResult const& run, Verdict verdict) {
  return std::all_of(run.cases.begin(), run.cases.end(),
                     [&](model::CaseResult const& result) { return result.verdict == verdict; });
}

}  // namespace

bool not_run_is_explained(model::RunResult const& run) {
  return any(run, Verdict::fail) ||
         std::any_of(run.findings.begin(), run.findings.end(), [](model::Finding const& finding) {
           return finding.level == model::Level::must && !finding.waived;
         });
}

int exit_code(model::RunResult const& run, ExitFacts const& facts) {
  if (facts.interruption != Interruption::none) {
    return facts.interruption == Interruption::interrupted ? kExitInterrupted : kExitTerminated;
  }
  if (any(run, Verdict::fail)) {
    return kExitFailed;
  }
  if (facts.could_not_start || facts.missing_shards != 0 || any(run, Verdict::blocked) ||
      any(run, Verdict::error)) {
    return kExitUnjudged;
  }
  if (any(run, Verdict::not_run)) {
    return not_run_is_explained(run) ? kExitFailed : kExitUnjudged;
  }
  bool const elsewhere = facts.partial || facts.empty_shard;
  if (all(run, Verdict::skip) && !elsewhere) {
    return kExitNothing;
  }
  return kExitPassed;
}

}  // namespace rpchspec::reports
