#include <unistd.h>

#include <ctime>
#include <fstream>
#include <memory>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/embedded_choice.hpp"
#include "harness/cli/github.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/progress_json.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/cli/suite_run.hpp"
#include "model/suggestion.hpp"
#include "reports/markdown.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::cli {

namespace {

constexpr char const* kAllVariants = "all";

struct RunOptions {
  std::vector<std::string> selectors;
  TableOptions table;
};

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
    tell_github(outcome.result, reports::markdown_summary(outcome.result));
  }
  if (settings.progress == targets::Progress::json) {
    tell_end(facts);
    return facts.exit_code;
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

std::unique_ptr<engine::RunObserver> observer_of(targets::Settings const& settings,
                                                 loader::Library const& library) {
  if (settings.progress == targets::Progress::json) {
    return std::make_unique<JsonProgress>();
  }
  return std::make_unique<Progress>(style_of(settings), library.requirements);
}

int run_once(RunOptions const& options, targets::Settings const& settings) {
  auto const library = open_library();
  auto const suite = open_suite(library, settings.select);
  engine::RunOutcome outcome;
  {
    auto const progress = observer_of(settings, library);
    outcome = run_suite({library, suite, options.table.given()}, settings, *progress);
  }
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
  auto const& target = settings.target;
  if (!target.defect.empty()) {
    static_cast<void>(defect_named(target.defect));
  }
  if (target.variant == kAllVariants) {
    if (settings.progress == targets::Progress::json) {
      throw UsageError{"--progress json tells of one run; --variant all makes many"};
    }
    return run_variants(options, settings);
  }
  if (!target.variant.empty()) {
    static_cast<void>(variant_named(target.variant, {kAllVariants}));
  }
  return run_once(options, settings);
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
