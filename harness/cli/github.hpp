// What GitHub Actions shows of a run: annotations, and the summary of the build's page.

#pragma once

#include <string>

#include "model/verdict.hpp"

namespace rpchspec::cli {

/// Prints the annotations, and appends `markdown` to the file that $GITHUB_STEP_SUMMARY names,
/// where it names one. That it cannot be written is a note on standard error: no verdict hangs on
/// it.
void tell_github(model::RunResult const& run, std::string const& markdown);

}  // namespace rpchspec::cli
