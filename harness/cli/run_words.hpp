// `rpchspec run WORD...` as a function, for who plays cases in a process of its own.

#pragma once

#include <atomic>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "harness/engine/run.hpp"
#include "harness/targets/settings.hpp"

namespace rpchspec::cli {

struct RunWords {
  std::vector<std::string> words;  // of the command line, behind `run`
  std::string password;            // instead of $RPCHSPEC_PASSWORD; empty: none
};

struct RunEnd {
  int exit_code = 0;
  std::string why;  // of what could not be begun or finished, as the program says it on its stderr
};

/// Plays what the words select, to the files of --out. Prints nothing, whatever --progress says,
/// and leaves signals alone: it ends early when `stop` becomes the number of one. Blocks; uses
/// threads of its own. Errors are the exit code, and why.
[[nodiscard]] RunEnd run_words(RunWords const& what,
                               engine::RunObserver& observer,
                               std::atomic<int> const& stop);

/// What the words say of the target, for who plays something else against it; or why they are
/// wrong.
[[nodiscard]] tl::expected<targets::Settings, std::string> settings_of(RunWords const& what);

}  // namespace rpchspec::cli
