#include "harness/cli/run_words.hpp"

#include <algorithm>
#include <exception>

#include "harness/cli/command.hpp"
#include "harness/cli/in_words.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/run_request.hpp"
#include "harness/cli/suite_run.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

void parse(CLI::App& app, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());
  try {
    app.parse(std::move(words));
  } catch (CLI::ParseError const& error) {
    throw UsageError{in_words(app, error) + "; see rpchspec run --help"};
  }
}

targets::Settings read(CLI::App& app, RunOptions& options, RunWords const& what) {
  app.set_help_flag();  // nobody would read it
  options.declare(app);
  parse(app, what.words);
  options.table.set_password(what.password);
  auto settings = settings_of(options);
  if (settings.target.variant == kAllVariants) {
    throw UsageError{"--variant all makes many runs; name one"};
  }
  return settings;
}

int play(RunWords const& what, engine::RunObserver& observer, std::atomic<int> const& stop) {
  CLI::App app("", "run");
  RunOptions options;
  auto const settings = read(app, options, what);
  auto const library = open_library();
  auto const suite = open_suite(library, settings.select);
  auto const outcome = run_suite({library, suite, options.table.given()}, settings, observer, stop);
  if (!settings.write_baseline.empty()) {
    write_baseline(settings, outcome.result);
  }
  return exit_code_of(outcome);
}

}  // namespace

RunEnd run_words(RunWords const& what,
                 engine::RunObserver& observer,
                 std::atomic<int> const& stop) {
  try {
    return {play(what, observer, stop), {}};
  } catch (UsageError const& error) {
    return {error.exit_code, error.text};
  } catch (StartError const& error) {
    return {reports::kExitUnjudged, error.text};
  } catch (std::exception const& error) {
    return {reports::kExitUnjudged, error.what()};
  }
}

tl::expected<targets::Settings, std::string> settings_of(RunWords const& what) {
  try {
    CLI::App app("", "run");
    RunOptions options;
    return read(app, options, what);
  } catch (UsageError const& error) {
    return tl::unexpected(error.text);
  }
}

}  // namespace rpchspec::cli
