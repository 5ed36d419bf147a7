#include "harness/cli/suite_run.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "harness/cli/command.hpp"
#include "harness/cli/rerun.hpp"
#include "harness/cli/results.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/loader/suite_version.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::cli {

namespace {

using scenario::v1::Scenario;
using Cases = std::vector<Scenario const*>;

bool has_id(loader::Suite const& suite, std::string const& file, std::set<std::string> const& ids) {
  return std::any_of(suite.scenarios.begin(), suite.scenarios.end(), [&](Scenario const& each) {
    return ids.contains(each.id()) && loader::matches(file, each);
  });
}

/// `FILE ID`: of the file only this case. That is how a case of a file is repeated.
std::vector<std::string> narrowed(std::vector<std::string> selectors, loader::Suite const& suite) {
  std::set<std::string> const words(selectors.begin(), selectors.end());
  std::erase_if(selectors, [&](std::string const& selector) {
    return loader::names_a_file(selector) && has_id(suite, selector, words);
  });
  return selectors;
}

void keep_failed(Cases& cases, std::string const& out) {
  std::set<std::string> failed;
  for (auto const& result : read_results(out).cases) {
    if (reports::is_red(result.verdict)) {
      failed.insert(result.id);
    }
  }
  std::erase_if(cases, [&](Scenario const* each) { return !failed.contains(each->id()); });
}

/// The kill matrix asks each case what it sees of a proxy that is broken on purpose, also where
/// nothing gets through that proxy.
bool asks_despite_closed_way(targets::Target const& target) {
  return !target.defect.empty() && std::getenv("RPCHSPEC_DESPITE_CLOSED_WAY") != nullptr;
}

/// What this run plays, and of which whole it is a part.
struct Selected {
  Cases cases;
  model::ShardSummary shard;
};

Selected select(loader::Suite const& suite,
                targets::Settings const& settings,
                loader::Library const& library) {
  auto selection = selection_of(settings);
  selection.selectors = narrowed(selection.selectors, suite);
  selection.shard.reset();
  Selected selected{selected_of(suite, selection, library), {}};
  if (settings.last_failed) {
    keep_failed(selected.cases, settings.out);
  }
  if (settings.shard.count > 1) {
    selected.shard = {settings.shard.index, settings.shard.count, selected.cases.size(),
                      loader::digest_of(selected.cases)};
    selected.cases = loader::part_of(std::move(selected.cases), settings.shard);
  }
  return selected;
}

engine::RunRequest request_of(targets::Settings const& settings) {
  engine::RunRequest request;
  request.target = settings.target;
  request.configurations = settings.configurations;
  request.jobs = settings.jobs;
  request.max_time = settings.max_time;
  request.timeout_scale = settings.timeout_scale;
  request.seed = settings.seed;
  request.repeat = settings.repeat;
  request.fail_fast = settings.fail_fast;
  request.strict = settings.strict;
  request.out = settings.out;
  request.evidence = settings.evidence == targets::KeepEvidence::all    ? engine::Evidence::all
                     : settings.evidence == targets::KeepEvidence::none ? engine::Evidence::none
                                                                        : engine::Evidence::failed;
  request.suite_name = settings.suite_name;
  request.junit = settings.junit;
  request.tool_version = RPCHSPEC_VERSION;
  request.suite_version = settings.as_of.empty() ? loader::kSuiteVersion : settings.as_of;
  return request;
}

}  // namespace

engine::RunOutcome run_suite(SuiteToRun const& what,
                             targets::Settings const& settings,
                             engine::RunObserver& observer,
                             std::atomic<int> const& stop) {
  auto const [selected, shard] = select(what.suite, settings, what.shipped);
  auto request = request_of(settings);
  request.shard = shard;
  request.way_to_peer = what.way_to_peer;
  request.registry = &what.shipped.requirements;
  for (auto const* scenario : selected) {
    request.scenarios.push_back(*scenario);
  }
  bool const checked = !selected.empty() && !asks_despite_closed_way(settings.target);
  for (auto const& scenario : what.suite.scenarios) {
    if (scenario.role() != Scenario::ORDINARY && checked) {
      request.sanity.push_back(scenario);
    }
  }
  // A proxy that carries nothing is told by the sanity case at once; a canary would wait for it.
  std::stable_partition(request.sanity.begin(), request.sanity.end(),
                        [](Scenario const& each) { return each.role() == Scenario::SANITY; });
  request.rerun = [&what](std::string const& id) {
    auto const* scenario = what.suite.find(id);
    auto const ours =
        scenario == nullptr || scenario->file().starts_with(what.shipped.directory.string());
    return rerun_command(what.given, ours ? "" : scenario->file(), id);
  };
  auto outcome = engine::run(request, observer, stop);
  malloc_trim(0);  // what its threads freed stays with their arenas, run after run
  outcome.exit.empty_shard = selected.empty() && shard.selected != 0;
  outcome.exit.partial = shard.count > 1;
  return outcome;
}

}  // namespace rpchspec::cli
