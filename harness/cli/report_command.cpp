#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "harness/cli/capture_file.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/evidence.hpp"
#include "harness/cli/github.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/rebuild.hpp"
#include "harness/cli/rejudge.hpp"
#include "harness/cli/results.hpp"
#include "harness/engine/output.hpp"
#include "reports/compare.hpp"
#include "reports/exit_code.hpp"
#include "reports/html_report.hpp"
#include "reports/junit.hpp"
#include "reports/markdown.hpp"
#include "reports/results_json.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::cli {

namespace {

struct ReportOptions {
  std::vector<std::string> places;
  std::string base;
  std::size_t expect_shards = 0;
  std::string out;
  std::string suite_name = "rpchspec";
  bool github = false;
};

struct Compared {
  model::RunResult base;
  reports::Comparison comparison;
};

std::filesystem::path folder_of(std::string const& place) {
  std::filesystem::path const named = place;
  return named.extension() == ".json" ? named.parent_path() : named;
}

/// Shards that are merged over one of them cannot be merged again.
void check_out(ReportOptions const& options) {
  if (options.places.size() < 2 || options.out.empty()) {
    return;
  }
  for (auto const& place : options.places) {
    std::error_code ignored;
    if (std::filesystem::equivalent(folder_of(place), options.out, ignored)) {
      throw UsageError{"--out: '" + options.out +
                       "' is one of the shards; their report needs a folder of its own"};
    }
  }
}

std::vector<model::RunResult> read_all(std::vector<std::string> const& places) {
  std::vector<model::RunResult> shards;
  for (auto const& place : places) {
    shards.push_back(read_results(place));
  }
  return shards;
}

reports::Merged merged(std::vector<model::RunResult> shards, std::size_t expected) {
  auto result = reports::merge(std::move(shards), expected);
  if (!result) {
    throw UsageError{to_string(result.error())};
  }
  return std::move(*result);
}

void expect_written(Result<void> const& written) {
  if (!written) {
    throw StartError{"cannot write: " + to_string(written.error())};
  }
}

void write_merged(ReportOptions const& options, model::RunResult const& run) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path const out = options.out;
  fs::create_directories(out, error);
  auto const library = open_library();
  reports::HtmlReport page{run, &library.requirements, {}};
  for (auto const& place : options.places) {
    page.folders.push_back(folder_of(place));
  }
  expect_written(engine::write_file(
      out / "report.html", [&](std::ostream& to) { return reports::write_html(to, page); }));
  expect_written(engine::write_file(out / "junit.xml", reports::to_junit(run, options.suite_name)));
  expect_written(engine::write_file(out / "results.json", reports::to_json(run)));
}

std::optional<Compared> compared(ReportOptions const& options, model::RunResult const& run) {
  if (options.base.empty()) {
    return std::nullopt;
  }
  auto base = read_results(options.base);
  auto comparison = reports::compare(base, run);
  return Compared{std::move(base), std::move(comparison)};
}

/// The forms of both: for a pull request, for GitHub, and a page of what is not as it was.
void write_words(ReportOptions const& options,
                 model::RunResult const& run,
                 std::optional<Compared> const& compared) {
  auto const markdown = reports::markdown_summary(run) +
                        (compared ? reports::compare_markdown(compared->comparison) : "");
  if (!options.out.empty()) {
    auto const out = std::filesystem::path(options.out);
    expect_written(engine::write_file(out / "summary.md", markdown));
    if (compared) {
      expect_written(
          engine::write_file(out / "compare.html",
                             reports::compare_html(compared->comparison, {compared->base, run})));
    }
  }
  if (options.github) {
    tell_github(run, markdown);
  }
}

/// The capture of all shards; of one run where it has none, or was killed while it wrote it.
void make_capture(ReportOptions const& options, model::RunResult const& run) {
  auto const& out = options.out.empty() ? options.places.front() : options.out;
  auto const file = std::filesystem::path(out) / "capture.pcapng";
  bool const one_run = options.places.size() == 1 && std::filesystem::is_directory(out);
  if (!options.out.empty() || (one_run && (!run.complete || !std::filesystem::exists(file)))) {
    write_capture(file, options.places, run);
  }
}

std::vector<Place> places_of(std::vector<std::string> const& folders,
                             std::vector<model::RunResult> const& shards) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    places.push_back({folders[i], &shards[i]});
  }
  return places;
}

int report(ReportOptions const& options) {
  check_out(options);
  for (auto const& place : options.places) {
    auto words = rebuild(place);
    if (words.empty()) {
      words = rejudge(place);
    }
    if (!words.empty()) {
      fmt::print(stderr, "{}\n", words);
    }
  }
  auto const shards = read_all(options.places);
  auto const [run, missing, which] = merged(shards, options.expect_shards);
  auto const with_base = compared(options, run);
  reports::FinalFacts facts;
  facts.missing_shards = missing;
  for (auto const index : which) {
    facts.warnings.push_back(fmt::format("there is no result of shard {} among these", index));
  }
  facts.results = options.out.empty() ? options.places.front() : options.out;
  reports::ExitFacts exit;
  exit.missing_shards = missing;
  exit.could_not_start = !run.complete;
  facts.exit_code = reports::exit_code(run, exit);
  if (!options.out.empty()) {
    write_merged(options, run);
    gather_evidence(options.out, run, places_of(options.places, shards));
  }
  make_capture(options, run);
  fmt::print("{}", inert(reports::report_text(run, facts, colour_of(stdout))));
  write_words(options, run, with_base);
  if (!with_base) {
    return facts.exit_code;
  }
  auto const& comparison = with_base->comparison;
  fmt::print("\ncompared with {}:\n{}", options.base, inert(reports::compare_text(comparison)));
  if (!comparison.regressed.empty()) {
    return reports::kExitFailed;
  }
  return facts.exit_code == reports::kExitFailed ? 0 : facts.exit_code;
}

}  // namespace

void set_up_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReportOptions>();
  app.add_option("dir", options->places, "folders of runs; several are shards of one run")
      ->required()
      ->type_name("DIR");
  app.add_option("--compare", options->base, "exit 1 when something regressed since this run")
      ->type_name("BASE");
  app.add_option("--expect-shards", options->expect_shards, "how many there must be")
      ->type_name("N");
  app.add_option("--out", options->out,
                 "writes the merged results.json, junit.xml, report.html, capture.pcapng, "
                 "summary.md and compare.html there")
      ->type_name("DIR");
  app.add_option("--suite-name", options->suite_name, "name in JUnit's class names")
      ->type_name("S");
  app.add_flag("--github", options->github,
               "annotations of findings, and the summary to $GITHUB_STEP_SUMMARY");
  app.callback([options, &exit_code] { exit_code = report(*options); });
}

}  // namespace rpchspec::cli
