#include "harness/cli/results.hpp"

#include <fstream>
#include <sstream>

#include "harness/cli/command.hpp"
#include "reports/results_json.hpp"

namespace rpchspec::cli {

model::RunResult read_results(std::filesystem::path const& place) {
  auto const file = place.extension() == ".json" ? place : place / "results.json";
  std::ifstream in(file);
  if (!in) {
    throw UsageError{"cannot read " + file.string() + ": no run has written its results there"};
  }
  std::ostringstream text;
  text << in.rdbuf();
  auto result = reports::from_json(text.str());
  if (!result) {
    throw UsageError{file.string() + ": " + to_string(result.error())};
  }
  return std::move(*result);
}

}  // namespace rpchspec::cli
