#include "harness/cli/rerun.hpp"

#include <algorithm>
#include <array>

#include "harness/cli/run_options.hpp"

namespace rpchspec::cli {

namespace {

/// Of those on how to run, the ones that one case alone can notice.
constexpr std::array<std::string_view, 3> kKept{"timeout-scale", "seed", "strict"};

bool changes_one_case(targets::Option const& option) {
  return option.group == targets::OptionGroup::what ||
         std::find(kKept.begin(), kKept.end(), option.name) != kKept.end();
}

}  // namespace

std::string rerun_command(std::vector<std::pair<targets::Option const*, std::string>> const& given,
                          std::string const& file,
                          std::string const& id) {
  std::string command = "rpchspec run";
  for (auto const& [option, value] : given) {
    if (!changes_one_case(*option)) {
      continue;
    }
    command += " --" + std::string(option->name);
    if (option->kind != targets::OptionKind::flag) {
      command += " " + shell_word(value);
    }
  }
  if (!file.empty()) {
    command += " " + shell_word(file);
  }
  return command + " " + shell_word(id);
}

}  // namespace rpchspec::cli
