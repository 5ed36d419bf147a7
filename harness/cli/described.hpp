// The command line as data: what completions and manual pages are made from.

#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

/// What stands behind an option, or as an argument.
enum class Takes { nothing, text, word, file, folder, scenario };

struct DescribedOption {
  std::vector<std::string> names;  // "-j", "--jobs"; an argument's placeholder alone, "SELECTOR"
  std::string value;               // "N"; empty: it is a flag
  std::string help;
  std::string group;  // the heading that it stands under
  Takes takes = Takes::nothing;
  std::vector<std::string> words;  // with Takes::word: all that it takes
  bool repeatable = false;
  bool required = false;
};

struct DescribedCommand {
  std::string name;  // "run"; of the program: "rpchspec"
  std::string summary;
  std::string footer;
  std::vector<DescribedOption> options;
  std::vector<DescribedOption> arguments;
};

struct DescribedProgram {
  DescribedCommand itself;
  std::vector<DescribedCommand> commands;
};

/// From the declarations: nothing is written down twice.
[[nodiscard]] DescribedProgram described(CLI::App const& root);

}  // namespace rpchspec::cli
