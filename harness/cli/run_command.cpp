#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <memory>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/rerun.hpp"
#include "harness/cli/results.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/cli/signals.hpp"
#include "harness/engine/run.hpp"
#include "model/suggestion.hpp"
#include "reference_proxy/defects.hpp"
#include "reference_proxy/variants.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::cli {

namespace {

using model::Verdict;
using scenario::v1::Scenario;
using Cases = std::vector<Scenario const*>;

constexpr char const* kAllVariants = "all";

struct RunOptions {
  std::vector<std::string> selectors;
  TableOptions table;
};

void check_defect(std::string const& name) {
  if (name.empty() || proxy::find_defect(name) != nullptr) {
    return;
  }
  std::vector<std::string> names;
  for (auto const& defect : proxy::defects()) {
    names.emplace_back(defect.name);
  }
  auto const near = model::nearest(name, names);
  throw UsageError{"--defect: there is no '" + name + "'" +
                   (near.empty() ? "; see rpchspec defects" : "; did you mean '" + near + "'?")};
}

void check_variant(std::string const& name) {
  if (name.empty() || name == kAllVariants || proxy::find_variant(name) != nullptr) {
    return;
  }
  std::vector<std::string> names{kAllVariants};
  for (auto const& variant : proxy::variants()) {
    names.emplace_back(variant.name);
  }
  auto const near = model::nearest(name, names);
  throw UsageError{"--variant: there is no '" + name + "'" +
                   (near.empty() ? "; see rpchspec variants" : "; did you mean '" + near + "'?")};
}

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
    if (result.verdict == Verdict::fail || result.verdict == Verdict::blocked ||
        result.verdict == Verdict::error) {
      failed.insert(result.id);
    }
  }
  std::erase_if(cases, [&](Scenario const* each) { return !failed.contains(each->id()); });
}

Cases select(loader::Suite const& suite,
             targets::Settings const& settings,
             loader::Library const& library,
             bool& other_shards_have_some) {
  auto selection = selection_of(settings);
  selection.selectors = narrowed(selection.selectors, suite);
  auto const shard = selection.shard;
  selection.shard.reset();
  auto selected = loader::select(suite, selection, library.requirements);
  if (!selected) {
    throw UsageError{selected.error().detail};
  }
  if (settings.last_failed) {
    keep_failed(*selected, settings.out);
  }
  other_shards_have_some = shard && !selected->empty();
  return shard ? loader::part_of(*selected, *shard) : *selected;
}

engine::RunRequest request_of(targets::Settings const& settings) {
  engine::RunRequest request;
  request.target = settings.target;
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
  return request;
}

ProgressStyle style_of(targets::Settings const& settings) {
  ProgressStyle style;
  style.colour = colour_of(stdout);
  style.every_case = settings.verbose;
  if (settings.quiet || settings.progress == targets::Progress::none) {
    style.form = ProgressForm::silent;
  } else if (settings.progress == targets::Progress::automatic && is_live_terminal(stdout)) {
    style.form = ProgressForm::live;
  }
  return style;
}

std::string day(std::time_t when) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(when));
}

void write_baseline(std::string const& file, model::RunResult const& run) {
  constexpr std::time_t kQuarter = std::time_t{90} * 24 * 3600;
  auto const now = std::time(nullptr);
  char const* const user = std::getenv("USER");
  std::ofstream out(file);
  out << reports::baseline(run, user == nullptr ? "unknown" : user, day(now), day(now + kQuarter));
  if (!out.flush()) {
    throw StartError{"--write-baseline: cannot write '" + file + "'"};
  }
}

int tell(engine::RunOutcome const& outcome, targets::Settings const& settings) {
  auto exit = outcome.exit;
  exit.could_not_start = exit.could_not_start || !outcome.could_not_start.empty();
  reports::FinalFacts facts;
  facts.skipped = outcome.skipped;
  facts.warnings = outcome.warnings;
  facts.results = (std::filesystem::path(settings.out) / "results.json").string();
  facts.exit_code = reports::exit_code(outcome.result, exit);
  if (settings.progress == targets::Progress::github) {
    fmt::print("{}", reports::github_annotations(outcome.result));
  }
  if (settings.verbose) {
    for (auto const& skip : outcome.skipped) {
      fmt::print("skipped {}: {}\n", skip.case_id, skip.reason);
    }
  }
  fmt::print("{}", reports::summary_text(outcome.result, facts, colour_of(stdout)));
  std::fflush(stdout);
  return facts.exit_code;
}

int run_once(RunOptions const& options, targets::Settings const& settings) {
  auto const library = open_library();
  auto const suite = open_suite(library, settings.select);
  bool empty_shard = false;
  auto const selected = select(suite, settings, library, empty_shard);
  auto request = request_of(settings);
  request.registry = &library.requirements;
  for (auto const* scenario : selected) {
    request.scenarios.push_back(*scenario);
  }
  for (auto const& scenario : suite.scenarios) {
    if (scenario.role() != Scenario::ORDINARY && !selected.empty()) {
      request.sanity.push_back(scenario);
    }
  }
  // A proxy that carries nothing is told by the sanity case at once; a canary would wait for it.
  std::stable_partition(request.sanity.begin(), request.sanity.end(),
                        [](Scenario const& each) { return each.role() == Scenario::SANITY; });
  request.rerun = [given = options.table.given(), &suite, &library](std::string const& id) {
    auto const* scenario = suite.find(id);
    auto const ours =
        scenario == nullptr || scenario->file().starts_with(library.directory.string());
    return rerun_command(given, ours ? "" : scenario->file(), id);
  };
  engine::RunOutcome outcome;
  {
    Progress progress(style_of(settings), library.requirements);
    outcome = engine::run(request, progress, stop_on_signals());
  }
  outcome.exit.empty_shard = selected.empty() && empty_shard;
  outcome.exit.partial = settings.shard.count > 1;
  if (!settings.write_baseline.empty()) {
    write_baseline(settings.write_baseline, outcome.result);
  }
  return tell(outcome, settings);
}

/// A run for each lawful variant, into a folder of its own. The suite must pass on every one.
int run_variants(RunOptions const& options, targets::Settings settings) {
  auto const out = settings.out;
  std::vector<std::string> alarms;
  int worst = 0;
  for (auto const& variant : proxy::variants()) {
    settings.target.variant = variant.name;
    settings.out = (std::filesystem::path(out) / variant.name).string();
    fmt::print("Variant {}: {}\n", variant.name, variant.title);
    auto const exit = run_once(options, settings);
    if (exit != 0) {
      alarms.emplace_back(variant.name);
    }
    // A failure says more than what could not be judged.
    worst = worst == reports::kExitFailed || exit == 0 ? worst : exit;
    if (exit == reports::kExitInterrupted || exit == reports::kExitTerminated) {
      return exit;
    }
  }
  fmt::print("{} variants, {}\n", proxy::variants().size(),
             alarms.empty() ? "all pass" : "not right: " + model::join(alarms));
  return worst;
}

int run(RunOptions const& options) {
  auto const settings = settings_of(options.table, options.selectors);
  check_defect(settings.target.defect);
  check_variant(settings.target.variant);
  return settings.target.variant == kAllVariants ? run_variants(options, settings)
                                                 : run_once(options, settings);
}

}  // namespace

void set_up_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  app.add_option(
         "selector", options->selectors,
         "id, id prefix (reset/), glob with *, category, or path of a YAML file; default: all")
      ->type_name("SELECTOR");
  using enum targets::OptionGroup;
  options->table.add(app, {what, which, how, output});
  app.footer(
      "Durations have units (30s), sizes may (64KiB). Every option is a key of rpchspec.yaml.");
  app.callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace rpchspec::cli
