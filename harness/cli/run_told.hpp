// How a run ends on the terminal, for `run` and for `remote run`.

#pragma once

#include <memory>

#include "harness/cli/progress.hpp"
#include "harness/targets/settings.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::cli {

/// Lines of JSON, or words, as --progress says.
[[nodiscard]] std::unique_ptr<engine::RunObserver> observer_of(
    targets::Settings const& settings, model::RequirementRegistry const& registry);

/// The last words: annotations, the end's line of JSON, or the summary.
void tell_run(model::RunResult const& result,
              reports::FinalFacts const& facts,
              targets::Settings const& settings);

}  // namespace rpchspec::cli
