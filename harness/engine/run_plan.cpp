#include "harness/engine/run_plan.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/engine/case_place.hpp"
#include "harness/targets/as_stated.hpp"
#include "harness/targets/needs.hpp"
#include "harness/targets/stated_rule.hpp"
#include "harness/targets/unlocks.hpp"

namespace rpchspec::engine {
namespace {

using targets::Topology;

constexpr std::size_t kMostJobs = 64;

/// The first configuration that shows this case; null: none does.
Configured* stage_for(scenario::v1::Scenario const& scenario, std::vector<Configured>& stages) {
  auto const fits = [&](Configured const& stage) {
    return !targets::skip_reason(scenario, *stage.target);
  };
  auto const found = std::find_if(stages.begin(), stages.end(), fits);
  return found == stages.end() ? nullptr : &*found;
}

/// It must have the servers' listeners, or the proxy, for itself.
bool must_be_alone(scenario::v1::Scenario const& scenario, targets::Target const& target) {
  auto const shares_servers = targets::has_our_servers(target.topology) &&
                              (target.backend_at || !has_own_addresses(target));
  auto const unlisted = targets::asks_for_refused(scenario, target).has_value();
  return scenario.exclusive() || unlisted || (shares_servers && ends_unattributed(scenario));
}

/// The case as it is played there.
scenario::v1::Scenario const* as_played(scenario::v1::Scenario const& scenario,
                                        targets::Target const& target,
                                        RunPlan& plan) {
  auto stated = targets::as_stated(scenario, target.topology, target.facts);
  if (!stated) {
    return &scenario;
  }
  plan.stated.push_back(std::make_unique<scenario::v1::Scenario>(*std::move(stated)));
  return plan.stated.back().get();
}

/// A fact is named for as many cases as one value of it would run.
void keep_to_one_value(std::vector<SkippedCase>& skipped, targets::Target const& target) {
  std::map<std::string, std::vector<scenario::v1::Scenario const*>> waiting;
  for (auto const& each : skipped) {
    if (!each.reason.fact.empty()) {
      waiting[each.reason.fact].push_back(each.scenario);
    }
  }
  for (auto& [fact, cases] : waiting) {
    cases = targets::run_by_one_value(fact, cases, target);
  }
  for (auto& [scenario, reason] : skipped) {
    auto const& run = waiting[reason.fact];
    if (std::find(run.begin(), run.end(), scenario) == run.end()) {
      reason.fact.clear();
    }
  }
}

}  // namespace

bool RunPlan::idle() const {
  return std::all_of(stages.begin(), stages.end(),
                     [](Configured const& stage) { return stage.jobs.empty(); });
}

RunPlan make_plan(RunRequest const& request, std::string const& absent, CaseNumbers& numbers) {
  RunPlan plan;
  plan.stages.push_back({&request.target});
  for (auto const& target : request.configurations) {
    plan.stages.push_back({&target});
  }
  for (auto const& scenario : request.scenarios) {
    auto* const stage = absent.empty() ? stage_for(scenario, plan.stages) : nullptr;
    if (stage == nullptr) {
      plan.skipped.push_back({&scenario, absent.empty()
                                             ? *targets::skip_reason(scenario, request.target)
                                             : reports::SkipReason{scenario.id(), absent, {}}});
      continue;
    }
    auto const* const played = as_played(scenario, *stage->target, plan);
    auto const alone = must_be_alone(scenario, *stage->target);
    for (std::uint32_t i = 0; i < std::max(request.repeat, 1U); ++i) {
      stage->jobs.push_back({played, numbers.next(), alone, false, i});
    }
  }
  keep_to_one_value(plan.skipped, request.target);
  for (auto& stage : plan.stages) {
    stage.jobs = in_order(std::move(stage.jobs));
  }
  return plan;
}

std::size_t threads_for(RunRequest const& request, std::size_t jobs) {
  return request.jobs != 0 ? request.jobs : std::clamp<std::size_t>(jobs, 1, kMostJobs);
}

reports::Estimate estimate(RunRequest const& request, RunPlan const& plan) {
  reports::Estimate all;
  for (auto const& stage : plan.stages) {
    auto const threads = threads_for(request, stage.jobs.size());
    all.cases += stage.jobs.size();
    all.jobs = std::max(all.jobs, threads);
    all.seconds += estimated_seconds(stage.jobs, threads);
    all.bytes += estimated_bytes(stage.jobs);
    all.alone += static_cast<std::size_t>(std::count_if(
        stage.jobs.begin(), stage.jobs.end(), [](CaseJob const& job) { return job.alone; }));
    all.alone_seconds += estimated_seconds_alone(stage.jobs);
  }
  all.embedded = request.target.topology == Topology::embedded;
  all.target = request.target.urls.empty()
                   ? "the embedded reference proxy"
                   : fmt::format("{} ({})", request.target.urls.front().text,
                                 targets::to_string(request.target.topology));
  return all;
}

}  // namespace rpchspec::engine
