#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/embedded_choice.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/run_request.hpp"
#include "harness/cli/run_told.hpp"
#include "harness/cli/signals.hpp"
#include "harness/cli/suite_run.hpp"
#include "harness/cli/way_to_peer.hpp"
#include "model/suggestion.hpp"
#include "reference_proxy/variants.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

int tell(engine::RunOutcome const& outcome, targets::Settings const& settings) {
  reports::FinalFacts facts;
  facts.skipped = outcome.skipped;
  facts.warnings = outcome.warnings;
  if (outcome.has_results) {
    facts.results = (std::filesystem::path(settings.out) / "results.json").string();
  }
  facts.exit_code = exit_code_of(outcome);
  tell_run(outcome.result, facts, settings);
  return facts.exit_code;
}

int run_once(RunOptions const& options, targets::Settings const& settings) {
  auto const library = open_library();
  auto const suite = open_suite(library, settings.select);
  engine::RunOutcome outcome;
  {
    auto const progress = observer_of(settings, library.requirements);
    outcome = run_suite({library, suite, options.table.given(), way_to_peer}, settings, *progress,
                        stop_on_signals());
  }
  if (!settings.write_baseline.empty()) {
    write_baseline(settings, outcome.result);
  }
  return tell(outcome, settings);
}

/// A run for each lawful variant, into a folder of its own. The suite must pass on every one.
int run_variants(RunOptions const& options, targets::Settings const& settings) {
  std::vector<std::string> alarms;
  int worst = 0;
  for (auto const& variant : proxy::variants()) {
    auto one = settings;
    choose(one.target, variant);
    one.out = (std::filesystem::path(settings.out) / variant.name).string();
    fmt::print("Variant {}: {}\n", variant.name, variant.title);
    auto const exit = run_once(options, one);
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
  auto const settings = settings_of(options);
  if (settings.target.variant == kAllVariants) {
    if (settings.progress == targets::Progress::json) {
      throw UsageError{"--progress json tells of one run; --variant all makes many"};
    }
    return run_variants(options, settings);
  }
  return run_once(options, settings);
}

}  // namespace

void set_up_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  options->declare(app);
  app.footer(
      "Durations have units (30s), sizes may (64KiB). Every option is a key of rpchspec.yaml.");
  app.callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace rpchspec::cli
