#include <fmt/format.h>

#include "harness/cli/completion.hpp"

namespace rpchspec::cli {

namespace {

/// What is offered for a value; empty: anything may stand there.
std::string bash_offer(DescribedOption const& option) {
  switch (option.takes) {
    case Takes::word:
      return fmt::format("_rpchspec_words '{}'", fmt::join(option.words, " "));
    case Takes::file:
      return "_rpchspec_files -f";
    case Takes::folder:
      return "_rpchspec_files -d";
    case Takes::scenario:
      return "_rpchspec_scenarios";
    case Takes::nothing:
    case Takes::text:
      return "";
  }
  return "";
}

std::string names_of(DescribedCommand const& command) {
  std::string names;
  for (auto const& option : command.options) {
    for (auto const& name : option.names) {
      names += (names.empty() ? "" : " ") + name;
    }
  }
  return names;
}

std::string bash_command(DescribedCommand const& command) {
  std::string values;
  for (auto const& option : command.options) {
    if (option.takes != Takes::nothing) {
      auto const offered = bash_offer(option);
      values += fmt::format("        {}) {} return ;;\n", fmt::join(option.names, "|"),
                            offered.empty() ? "" : offered + ";");
    }
  }
  auto const argument = command.arguments.empty() ? "" : bash_offer(command.arguments.front());
  return fmt::format(
      "    {})\n"
      "      case $prev in\n"
      "{}"
      "      esac\n"
      "      if [[ $cur == -* ]]; then _rpchspec_words '{}'; else {}; fi\n"
      "      ;;\n",
      command.name, values, names_of(command), argument.empty() ? ":" : argument);
}

// Bash takes '@' and ':' for the ends of words: scenarios are offered without matrix values.
constexpr char const* kBashFunctions =
    R"(_rpchspec_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_rpchspec_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }
_rpchspec_scenarios() {
  local ids
  ids=$("${COMP_WORDS[0]}" list 2>/dev/null | cut -d' ' -f1 | cut -d@ -f1 | sort -u)
  mapfile -t COMPREPLY < <(compgen -W "$ids" -- "$cur"; compgen -f -X '!*.y*ml' -- "$cur")
}
)";

}  // namespace

std::string bash_completion(DescribedProgram const& program) {
  std::string commands;
  std::string cases;
  for (auto const& command : program.commands) {
    commands += command.name + " ";
    cases += bash_command(command);
  }
  return fmt::format(
      "# bash completion for rpchspec: rpchspec completion bash\n"
      "{}"
      "_rpchspec() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then\n"
      "    _rpchspec_words '{}{}'\n"
      "    return\n"
      "  fi\n"
      "  case ${{COMP_WORDS[1]}} in\n"
      "{}"
      "  esac\n"
      "}}\n"
      "complete -F _rpchspec rpchspec\n",
      kBashFunctions, commands, names_of(program.itself), cases);
}

}  // namespace rpchspec::cli
