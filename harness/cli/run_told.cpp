#include "harness/cli/run_told.hpp"

#include <cstdio>

#include <fmt/format.h>

#include "harness/cli/github.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/json_lines.hpp"
#include "harness/cli/standard_output.hpp"
#include "reports/markdown.hpp"
#include "reports/progress_json.hpp"

namespace rpchspec::cli {

namespace {

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

void write_at_once(std::string const& line) {
  put(line);
  std::fflush(stdout);
}

class JsonProgress final : public JsonLines {
  void say(std::string line) override { write_at_once(line); }
};

}  // namespace

std::unique_ptr<engine::RunObserver> observer_of(targets::Settings const& settings,
                                                 model::RequirementRegistry const& registry) {
  if (settings.progress == targets::Progress::json) {
    return std::make_unique<JsonProgress>();
  }
  return std::make_unique<Progress>(style_of(settings), registry);
}

void tell_run(model::RunResult const& result,
              reports::FinalFacts const& facts,
              targets::Settings const& settings) {
  if (settings.progress == targets::Progress::github) {
    tell_github(result, reports::markdown_summary(result));
  }
  if (settings.progress == targets::Progress::json) {
    write_at_once(reports::end_line(facts));
    return;
  }
  if (settings.verbose) {
    for (auto const& skip : facts.skipped) {
      put(fmt::format("skipped {}: {}\n", skip.case_id, skip.reason));
    }
  }
  put(inert(reports::summary_text(result, facts, colour_of(stdout))));
  std::fflush(stdout);
}

}  // namespace rpchspec::cli
