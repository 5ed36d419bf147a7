#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/embedded_choice.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/option_value.hpp"
#include "harness/cli/rerun.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/cli/signals.hpp"
#include "harness/explore/explorer.hpp"
#include "harness/targets/option_values.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

using scenario::v1::Scenario;

constexpr std::uint64_t kDefaultHistories = 500;

struct ExploreOptions {
  TableOptions table;
  std::uint64_t histories = 0;
  std::string time;
  bool as_it_is = false;
};

/// A line a batch, on standard error: standard output is for what was found.
class Lines final : public explore::ExploreObserver {
 public:
  explicit Lines(bool silent) : silent_(silent) {}

  void on_batch(std::uint64_t histories, std::uint64_t failed) override {
    tell(fmt::format("{} histories{}", histories,
                     failed == 0 ? "" : fmt::format(", {} of the last failed", failed)));
  }

  void on_shrunk(std::uint64_t moves, std::uint64_t steps) override {
    tell(fmt::format("still fails with {} moves, {} steps", moves, steps));
  }

  void on_note(std::string const& text) override { fmt::print(stderr, "{}\n", inert(text)); }

 private:
  void tell(std::string const& text) const {
    if (!silent_) {
      fmt::print(stderr, "{}\n", text);
    }
  }

  bool silent_;
};

explore::ExploreRequest request_of(ExploreOptions const& options,
                                   targets::Settings const& settings,
                                   loader::Library const& library) {
  explore::ExploreRequest request;
  request.run.registry = &library.requirements;
  request.run.target = settings.target;
  request.run.jobs = settings.jobs;
  request.run.timeout_scale = settings.timeout_scale;
  request.run.out = settings.out;
  request.run.junit = settings.junit;
  request.run.suite_name = settings.suite_name;
  request.run.tool_version = RPCHSPEC_VERSION;
  bool const sound = settings.target.defect.empty();  // else histories are to find what is wrong
  for (auto const& scenario : open_suite(library).scenarios) {
    if (scenario.role() == Scenario::SANITY && sound) {
      request.run.sanity.push_back(scenario);
    }
  }
  request.seed = settings.seed;
  if (!options.time.empty()) {
    request.time = value_of("--for", targets::parse_positive_duration(options.time));
  }
  if (options.histories != 0) {
    request.histories = options.histories;
  } else if (!request.time) {
    request.histories = kDefaultHistories;
  }
  if (options.as_it_is) {
    request.shrinking = Duration::zero();
  }
  return request;
}

int exit_of(explore::ExploreOutcome const& outcome) {
  if (outcome.last.exit.interruption != reports::Interruption::none) {
    return reports::exit_code(outcome.last.result, outcome.last.exit);
  }
  if (outcome.file) {
    return reports::kExitFailed;
  }
  if (!outcome.could_not_start.empty() || outcome.unjudged_count != 0) {
    return reports::kExitUnjudged;
  }
  return outcome.histories == outcome.skipped ? reports::kExitNothing : reports::kExitPassed;
}

/// All that the history in the file broke, and broke once, and others did.
void tell_broken(explore::ExploreOutcome const& outcome) {
  std::string id;
  for (auto const& result : outcome.last.result.cases) {
    fmt::print("\n{} {}\n{}\nwhere:    {}\n", model::to_string(result.verdict), result.id,
               inert(result.message), inert(result.where));
    auto broken = explore::broken_by(result);
    if (!result.requirements.empty()) {
      broken.erase(result.requirements.front());  // the message is about it
    }
    if (!broken.empty()) {
      fmt::print("broken, too: {}\n", fmt::join(broken, ", "));
    }
    id = result.id;
  }
  fmt::print("\n");
  for (auto const& requirement : outcome.no_more) {
    fmt::print("also broken: {} by {} as it was at first\n", requirement, id);
  }
  for (auto const& each : outcome.elsewhere) {
    fmt::print("also broken: {} by {}\n", each.requirement, each.history);
  }
}

void tell(explore::ExploreOutcome const& outcome, std::uint64_t seed, std::string const& rerun) {
  fmt::print("{} histories of seed {}", outcome.histories, seed);
  fmt::print(
      "{}{}{}\n", outcome.warned == 0 ? "" : fmt::format(", {} with warnings", outcome.warned),
      outcome.skipped == 0 ? "" : fmt::format(", {} skipped", outcome.skipped),
      outcome.unjudged_count == 0 ? "" : fmt::format(", {} not judged", outcome.unjudged_count));
  for (auto const& result : outcome.unjudged) {
    fmt::print("{} {}: {}\n", model::to_string(result.verdict), result.id, inert(result.message));
  }
  if (!outcome.could_not_start.empty()) {
    fmt::print("{}\n", inert(outcome.could_not_start));
  } else if (!outcome.file) {
    fmt::print("nothing was found\n");
  }
  if (!outcome.file) {
    return;
  }
  if (outcome.unstable) {
    fmt::print("a history failed once, and not when it was repeated; it is kept as it was\n");
  }
  tell_broken(outcome);
  fmt::print("scenario: {}\nrepeat:   {}\n", outcome.file->string(), rerun);
}

void check_choices(targets::Target const& target) {
  if (!target.defect.empty()) {
    static_cast<void>(defect_named(target.defect));
  }
  if (target.variant == "all") {
    throw UsageError{"--variant all: explore takes one variant at a time; see rpchspec variants"};
  }
  if (!target.variant.empty() && variant_named(target.variant).in_channel_lifetime != 0) {
    throw UsageError{"--variant " + target.variant +
                     ": a history numbers its channels, and says itself when one is replaced; "
                     "it is a variant for run"};
  }
}

int run(ExploreOptions const& options) {
  auto const settings = settings_of(options.table, {});
  check_choices(settings.target);
  auto const library = open_library();
  auto request = request_of(options, settings, library);
  auto const given = options.table.given();
  Lines lines(settings.quiet || settings.progress == targets::Progress::none);
  auto const outcome = explore::explore(request, lines, stop_on_signals());
  auto const repeat = outcome.file ? rerun_command(given, "", outcome.file->string()) : "";
  tell(outcome, request.seed, repeat);
  std::fflush(stdout);
  return exit_of(outcome);
}

}  // namespace

void set_up_explore(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExploreOptions>();
  app.add_option("--histories", options->histories, "so many histories (default 500)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--for", options->time, "histories for so long")->type_name("D");
  app.add_flag("--no-shrink", options->as_it_is, "what fails is written as it is, not made small");
  using enum targets::OptionGroup;
  options->table.add(app, {what, how, output});
  app.footer("The same seed makes the same histories. What fails is made as small as it can be.");
  app.callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace rpchspec::cli
