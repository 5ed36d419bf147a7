#include "reports/run_result.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/findings.hpp"
#include "reports/rows_by_id.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::RequirementResult;
using model::RunResult;
using model::Verdict;

namespace {

Verdict graver(Verdict a, Verdict b) {
  return weight_of(a) < weight_of(b) ? b : a;
}

/// What a case says of one of its requirements. Its failure is not every requirement's failure.
Verdict of_requirement(CaseResult const& result, std::string const& id) {
  bool seen = false;
  auto verdict = Verdict::skip;
  for (auto const& observation : result.observations) {
    if (observation.requirement == id) {
      verdict = graver(verdict, verdict_of(observation.outcome, observation.level));
      seen = true;
    }
  }
  if (!seen) {
    return result.verdict;
  }
  bool const waived = verdict == Verdict::fail && result.verdict == Verdict::waived;
  bool const trial = verdict == Verdict::fail && result.verdict == Verdict::warn;
  return waived ? Verdict::waived : trial ? Verdict::warn : verdict;
}

void count_requirements(RunResult& run) {
  std::map<std::string, RequirementResult> before;
  for (auto& requirement : run.requirements) {
    before.emplace(requirement.id, requirement);
  }
  std::map<std::string, RequirementResult> by_id;
  for (auto const& result : run.cases) {
    for (auto const& id : result.requirements) {
      auto& entry = by_id[id];
      if (entry.id.empty()) {
        entry.id = id;
        entry.verdict = Verdict::skip;
        auto const known = before.find(id);
        entry.level = known == before.end() ? model::Level::must : known->second.level;
      }
      entry.verdict = graver(entry.verdict, of_requirement(result, id));
      entry.cases.push_back(result.id);
    }
    for (auto const& observation : result.observations) {
      if (auto const found = by_id.find(observation.requirement); found != by_id.end()) {
        found->second.level = observation.level;
      }
    }
  }
  run.requirements.clear();
  for (auto& [id, entry] : by_id) {
    run.requirements.push_back(std::move(entry));
  }
}

/// A shard looks only for the facts that its own cases want.
void take_facts(model::TargetSummary& to, model::TargetSummary const& from) {
  to.facts.insert(from.facts.begin(), from.facts.end());
  for (auto const& each : from.probed) {
    auto const same = [&](model::ProbedFact const& known) { return known.fact == each.fact; };
    if (std::none_of(to.probed.begin(), to.probed.end(), same)) {
      to.probed.push_back(each);
    }
  }
}

std::string mismatch(RunResult const& a, RunResult const& b) {
  if (a.suite != b.suite) {
    return fmt::format("suite {} and suite {}", a.suite, b.suite);
  }
  if (a.seed != b.seed) {
    return fmt::format("seed {} and seed {}", a.seed, b.seed);
  }
  if (a.target.topology != b.target.topology) {
    return fmt::format("topology {} and topology {}", a.target.topology, b.target.topology);
  }
  if (a.target.name != b.target.name) {
    return fmt::format("target {} and target {}", a.target.name, b.target.name);
  }
  if (a.shard.count != b.shard.count) {
    return fmt::format("shards of {} and shards of {}", a.shard.count, b.shard.count);
  }
  return a.shard.selection == b.shard.selection
             ? ""
             : fmt::format("a selection of {} cases and another of {}", a.shard.selected,
                           b.shard.selected);
}

/// Which of the shards of 1/N to N/N are not there.
Result<std::vector<std::uint32_t>> missing_of(std::vector<RunResult> const& shards) {
  auto const count = shards.front().shard.count;
  std::set<std::uint32_t> there;
  for (auto const& each : shards) {
    if (!there.insert(each.shard.index).second) {
      return fail({ErrorCode::bad_value, 0, "shards", "",
                   fmt::format("shard {}/{} is there twice", each.shard.index, count)});
    }
  }
  std::vector<std::uint32_t> missing;
  for (std::uint32_t index = 1; index <= count; ++index) {
    if (!there.contains(index)) {
      missing.push_back(index);
    }
  }
  return missing;
}

Result<void> check_of_one_run(std::vector<RunResult> const& shards) {
  for (std::size_t i = 1; i < shards.size(); ++i) {
    if (auto const why = mismatch(shards.front(), shards[i]); !why.empty()) {
      return fail(
          {ErrorCode::bad_value, i, "shards", "", "these results are not of one run: " + why});
    }
  }
  return {};
}

/// How many are missing, and which, as far as that is known.
Result<void> count_missing(std::vector<RunResult> const& shards,
                           std::size_t expected,
                           Merged& merged) {
  auto const count = shards.front().shard.count;
  if (shards.size() == 1 && expected == 0) {
    return {};  // nothing to merge: somebody looks at one shard
  }
  if (count == 1) {
    merged.missing_shards = expected > shards.size() ? expected - shards.size() : 0;
    return {};
  }
  if (expected != 0 && expected != count) {
    return fail({ErrorCode::bad_value, 0, "shards", "",
                 fmt::format("these are shards of {}, and {} are expected", count, expected)});
  }
  auto missing = missing_of(shards);
  if (!missing) {
    return tl::unexpected(missing.error());
  }
  merged.missing = *std::move(missing);
  merged.missing_shards = merged.missing.size();
  return {};
}

void take_cases(RowsById<CaseResult>& to, RunResult& from) {
  for (auto& result : from.cases) {
    auto* const known = to.find(result.id);
    if (known == nullptr) {
      to.add(std::move(result));
    } else if (weight_of(known->verdict) < weight_of(result.verdict)) {
      *known = std::move(result);
    }
  }
}

/// Findings were made where the observations were: results.json does not hold those of each case.
void take_findings(RowsById<model::Finding>& to, RunResult& from) {
  for (auto& finding : from.findings) {
    auto* const known = to.find(finding.id);
    if (known == nullptr) {
      to.add(std::move(finding));
      continue;
    }
    known->waived = known->waived && finding.waived;
    for (auto const& id : finding.also) {
      add_also(*known, id);
    }
    std::set<std::string> told(known->cases.begin(), known->cases.end());
    for (auto& id : finding.cases) {
      if (told.insert(id).second) {
        known->cases.push_back(std::move(id));
      }
    }
  }
}

void take_requirements(RowsById<RequirementResult>& to, RunResult& from) {
  for (auto& requirement : from.requirements) {
    auto* const known = to.find(requirement.id);
    if (known == nullptr) {
      to.add(std::move(requirement));
      continue;
    }
    known->verdict = graver(known->verdict, requirement.verdict);
    known->cases.insert(known->cases.end(), requirement.cases.begin(), requirement.cases.end());
    std::sort(known->cases.begin(), known->cases.end());
    known->cases.erase(std::unique(known->cases.begin(), known->cases.end()), known->cases.end());
  }
}

void count_cases(RunResult& run) {
  run.summary.clear();
  for (auto const& result : run.cases) {
    ++run.summary[result.verdict];
  }
}

}  // namespace

void summarize(RunResult& run) {
  run.findings = find_causes(run.cases);
  run.choices = collect_choices(run.cases);
  recount(run);
}

CasesById cases_by_id(RunResult const& run) {
  CasesById cases;
  for (auto const& result : run.cases) {
    cases.emplace(result.id, &result);
  }
  return cases;
}

void recount(RunResult& run) {
  count_cases(run);
  count_requirements(run);
}

Result<Merged> merge(std::vector<RunResult> shards, std::size_t expect_shards) {
  if (shards.empty()) {
    return fail({ErrorCode::not_found, 0, "shards", "", "no results to merge"});
  }
  if (auto const one = check_of_one_run(shards); !one) {
    return tl::unexpected(one.error());
  }
  Merged merged;
  if (auto const counted = count_missing(shards, expect_shards, merged); !counted) {
    return tl::unexpected(counted.error());
  }
  merged.run = std::move(shards.front());
  auto& run = merged.run;
  RowsById<CaseResult> cases(run.cases);
  RowsById<model::Finding> findings(run.findings);
  RowsById<RequirementResult> requirements(run.requirements);
  for (std::size_t i = 1; i < shards.size(); ++i) {
    auto& shard = shards[i];
    run.complete = run.complete && shard.complete;
    run.duration_s = std::max(run.duration_s, shard.duration_s);
    run.started = std::min(run.started, shard.started);
    take_cases(cases, shard);
    take_findings(findings, shard);
    take_requirements(requirements, shard);
    take_choices(run.choices, std::move(shard.choices));
    take_facts(run.target, shard.target);
  }
  run.complete = run.complete && merged.missing_shards == 0;
  if (shards.size() > 1) {
    run.shard = {};
  }
  std::sort(run.cases.begin(), run.cases.end(), [](CaseResult const& a, CaseResult const& b) {
    return std::tie(a.category, a.id) < std::tie(b.category, b.id);
  });
  std::sort(run.requirements.begin(), run.requirements.end(),
            [](RequirementResult const& a, RequirementResult const& b) { return a.id < b.id; });
  count_cases(run);
  return merged;
}

}  // namespace rpchspec::reports
