#include "harness/cli/run_request.hpp"

#include <ctime>
#include <fstream>

#include <fmt/chrono.h>

#include "harness/cli/command.hpp"
#include "harness/cli/embedded_choice.hpp"
#include "reports/waivers.hpp"

namespace rpchspec::cli {

namespace {

std::string day(std::time_t when) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(when));
}

}  // namespace

void RunOptions::declare(CLI::App& app) {
  app.add_option(
         "selector", selectors,
         "id, id prefix (reset/), glob with *, category, or path of a YAML file; default: all")
      ->type_name("SELECTOR");
  using enum targets::OptionGroup;
  table.add(app, {what, which, how, output});
}

targets::Settings settings_of(RunOptions const& options) {
  auto settings = settings_of(options.table, options.selectors);
  auto& target = settings.target;
  if (!target.defect.empty()) {
    static_cast<void>(defect_named(target.defect));
  }
  if (!target.variant.empty() && target.variant != kAllVariants) {
    choose(target, variant_named(target.variant, {kAllVariants}));
  }
  return settings;
}

void write_baseline(targets::Settings const& settings, model::RunResult const& run) {
  constexpr std::time_t kQuarter = std::time_t{90} * 24 * 3600;
  auto const now = std::time(nullptr);
  char const* const user = std::getenv("USER");
  auto const today = day(now);
  auto const until = day(now + kQuarter);
  std::ofstream out(settings.write_baseline);
  out << reports::baseline(run,
                           {user == nullptr ? "unknown" : user, today, until, settings.strict});
  if (!out.flush()) {
    throw StartError{"--write-baseline: cannot write '" + settings.write_baseline + "'"};
  }
}

int exit_code_of(engine::RunOutcome const& outcome) {
  auto exit = outcome.exit;
  exit.could_not_start = exit.could_not_start || !outcome.could_not_start.empty();
  return reports::exit_code(outcome.result, exit);
}

}  // namespace rpchspec::cli
