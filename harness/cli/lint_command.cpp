#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/library.hpp"
#include "harness/targets/config.hpp"
#include "reports/exit_code.hpp"

namespace rpchspec::cli {

namespace {

struct Tally {
  std::size_t cases = 0;
  std::vector<model::TextError> errors;

  void add(loader::Loaded<loader::Suite> const& suite) {
    if (suite) {
      cases += suite->scenarios.size();
    } else {
      errors.insert(errors.end(), suite.error().begin(), suite.error().end());
    }
  }
};

void lint_config(std::filesystem::path const& file, Tally& tally) {
  if (auto const config = targets::load_config(file); !config) {
    tally.errors.insert(tally.errors.end(), config.error().begin(), config.error().end());
  }
}

int lint(std::vector<std::string> const& paths) {
  auto const library = open_library();
  Tally tally;
  if (paths.empty()) {
    tally.add(loader::load_suite(library.directory, library));
  }
  for (auto const& path : paths) {
    if (!std::filesystem::exists(path)) {
      throw UsageError{"'" + path + "' is not there"};
    }
    if (std::filesystem::is_directory(path)) {
      tally.add(loader::load_suite(path, library));
    } else if (std::filesystem::path(path).filename() == "rpchspec.yaml") {
      lint_config(path, tally);
    } else {
      tally.add(loader::load_file(path, library));
    }
  }
  for (auto const& error : tally.errors) {
    fmt::print(stderr, "{}\n", to_string(error));
  }
  if (!tally.errors.empty()) {
    fmt::print(stderr, "{} error{}\n", tally.errors.size(), tally.errors.size() == 1 ? "" : "s");
    return reports::kExitUsage;
  }
  fmt::print("{} case{}, no errors\n", tally.cases, tally.cases == 1 ? "" : "s");
  return 0;
}

}  // namespace

void set_up_lint(CLI::App& app, int& exit_code) {
  auto paths = std::make_shared<std::vector<std::string>>();
  app.add_option("path", *paths,
                 "scenario files, folders of them, or rpchspec.yaml; default: the suite")
      ->type_name("PATH");
  app.callback([paths, &exit_code] { exit_code = lint(*paths); });
}

}  // namespace rpchspec::cli
