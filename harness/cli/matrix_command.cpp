#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/progress.hpp"
#include "harness/cli/run_options.hpp"
#include "harness/cli/signals.hpp"
#include "harness/cli/suite_run.hpp"
#include "harness/cli/way_to_peer.hpp"
#include "harness/engine/output.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/shipped.hpp"
#include "model/suggestion.hpp"
#include "reports/exit_code.hpp"
#include "reports/matrix.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::cli {

namespace {

namespace fs = std::filesystem;

struct MatrixOptions {
  std::vector<std::string> targets;
  std::vector<std::string> selectors;
  std::size_t repeat_red = 3;
  TableOptions table;
};

/// What one target did: its first run, and its red cases again.
struct TargetRuns {
  engine::RunOutcome first;
  std::vector<model::RunResult> again;
};

class MatrixRun {
 public:
  explicit MatrixRun(MatrixOptions const& options)
      : options_(options),
        library_(open_library()),
        suite_(open_suite(library_, options.selectors)) {}

  int go() {
    // Every name is looked up before the first run: a wrong one must not end hours of work.
    for (auto const& name : options_.targets) {
      out_ = settings_of(options_.table, options_.selectors, name).out;
    }
    auto const& stop = stop_on_signals();
    for (auto const& name : options_.targets) {
      if (stop != 0) {
        break;
      }
      add(name, play(name));
      write();
    }
    fmt::print("\n{}\n{}\n", inert(reports::matrix_text(matrix_)),
               (fs::path(out_) / "matrix.html").string());
    return stop != 0 ? 128 + stop : exit_code();
  }

 private:
  engine::RunOutcome once(targets::Settings const& settings) {
    auto given = options_.table.given();
    given.emplace_back(targets::find_option("target"), settings.target_name);
    ProgressStyle style;
    style.form = settings.verbose ? ProgressForm::plain : ProgressForm::silent;
    style.colour = colour_of(stdout);
    Progress progress(style, library_.requirements);
    return run_suite({library_, suite_, given, way_to_peer}, settings, progress, stop_on_signals());
  }

  TargetRuns play(std::string const& name) {
    auto settings = settings_of(options_.table, options_.selectors, name);
    auto const folder = fs::path(settings.out) / name;
    settings.out = folder.string();
    fmt::print("{}\n", name);
    std::fflush(stdout);
    TargetRuns runs{once(settings), {}};
    auto const red = red_cases(runs.first.result);
    for (std::size_t i = 2; i <= options_.repeat_red && !red.empty() && stop_on_signals() == 0;
         ++i) {
      auto repeated = settings_of(options_.table, red, name);
      repeated.select = red;
      repeated.out = (folder / fmt::format("again-{}", i)).string();
      runs.again.push_back(once(repeated).result);
    }
    return runs;
  }

  static std::vector<std::string> red_cases(model::RunResult const& run) {
    std::vector<std::string> ids;
    for (auto const& result : run.cases) {
      if (reports::is_red(result.verdict)) {
        ids.push_back(result.id);
      }
    }
    return ids;
  }

  void add(std::string const& name, TargetRuns const& runs) {
    auto const& result = runs.first.result;
    auto note = runs.first.could_not_start;
    for (auto const& each : result.cases) {
      auto const untold = each.verdict == model::Verdict::not_run ||
                          (each.verdict == model::Verdict::skip && nothing_ran(result));
      if (note.empty() && untold) {
        note = each.message;
      }
    }
    reports::add_column(matrix_, {result, runs.again, name}, note);
    auto exit = runs.first.exit;
    exit.could_not_start = exit.could_not_start || !runs.first.could_not_start.empty();
    exits_.push_back(reports::exit_code(result, exit));
    auto const& column = matrix_.columns.back();
    using enum model::Verdict;
    fmt::print("  {} pass, {} warn, {} fail, {} blocked, {} error, {} unsteady{}\n",
               column.count(pass), column.count(warn), column.count(fail), column.count(blocked),
               column.count(error), column.unsteady(),
               column.note.empty() ? "" : "; " + inert(column.note));
    std::fflush(stdout);
  }

  static bool nothing_ran(model::RunResult const& run) {
    return std::all_of(run.cases.begin(), run.cases.end(), [](model::CaseResult const& each) {
      return each.verdict == model::Verdict::skip;
    });
  }

  /// After each target: who breaks off keeps what is there.
  void write() const {
    auto const folder = fs::path(out_);
    for (auto const& [file, text] : {std::pair("matrix.md", reports::matrix_text(matrix_)),
                                     std::pair("matrix.html", reports::matrix_html(matrix_)),
                                     std::pair("matrix.json", reports::matrix_json(matrix_))}) {
      if (auto const written = engine::write_file(folder / file, text); !written) {
        throw StartError{to_string(written.error())};
      }
    }
  }

  /// A failure says more than something unjudged, and that more than nothing to judge.
  [[nodiscard]] int exit_code() const {
    auto const any = [this](int code) {
      return std::find(exits_.begin(), exits_.end(), code) != exits_.end();
    };
    for (int const code : {reports::kExitFailed, reports::kExitUnjudged}) {
      if (any(code)) {
        return code;
      }
    }
    return any(reports::kExitPassed) ? reports::kExitPassed : reports::kExitNothing;
  }

  MatrixOptions const& options_;
  loader::Library library_;
  loader::Suite suite_;
  std::string out_;
  reports::Matrix matrix_;
  std::vector<int> exits_;
};

int matrix(MatrixOptions& options) {
  if (options.targets.empty()) {
    auto const shipped = targets::load_shipped();
    auto const names = shipped ? shipped->target_names() : std::vector<std::string>();
    throw UsageError{"a target is missing; those that are shipped: " + model::join(names) +
                     " (or all of these: shipped)"};
  }
  if (options.targets == std::vector<std::string>{"shipped"}) {
    if (auto const shipped = targets::load_shipped()) {
      options.targets = shipped->target_names();
    }
  }
  return MatrixRun(options).go();
}

}  // namespace

void set_up_matrix(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<MatrixOptions>();
  app.add_option("target", options->targets,
                 "targets of rpchspec.yaml, or shipped ones; `shipped`: all of those")
      ->type_name("TARGET");
  app.add_option("--select", options->selectors, "cases, as `run` takes them; default: all")
      ->type_name("SELECTOR")
      ->allow_extra_args(false);
  app.add_option("--repeat-red", options->repeat_red,
                 "how often a red case is seen before it is told (default 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 100));
  using enum targets::OptionGroup;
  options->table.add(app, {which, how, output}, {"config"});
  app.footer("Writes matrix.md, matrix.html and matrix.json, and a folder for each target.");
  app.callback([options, &exit_code] { exit_code = matrix(*options); });
}

}  // namespace rpchspec::cli
