#include "harness/cli/github.hpp"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

#include "reports/terminal.hpp"

namespace rpchspec::cli {

void tell_github(model::RunResult const& run, std::string const& markdown) {
  fmt::print("{}", reports::github_annotations(run));
  char const* const file = std::getenv("GITHUB_STEP_SUMMARY");
  if (file == nullptr || *file == '\0') {
    return;
  }
  std::ofstream out(file, std::ios::app);
  out << markdown << '\n';
  if (!out.flush()) {
    fmt::print(stderr, "rpchspec: cannot write $GITHUB_STEP_SUMMARY, {}\n", file);
  }
}

}  // namespace rpchspec::cli
