#include <fmt/format.h>

#include "harness/cli/completion.hpp"

namespace rpchspec::cli {

namespace {

/// Inside single quotes, in a specification of _arguments.
std::string escaped(std::string const& text) {
  std::string out;
  for (char const c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += std::string("\\") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_offer(DescribedOption const& option) {
  switch (option.takes) {
    case Takes::word:
      return fmt::format("({})", fmt::join(option.words, " "));
    case Takes::file:
      return "_files";
    case Takes::folder:
      return "_files -/";
    case Takes::scenario:
      return "_rpchspec_scenarios";
    case Takes::nothing:
    case Takes::text:
      return " ";
  }
  return " ";
}

std::string zsh_option(DescribedOption const& option) {
  auto const value = option.takes == Takes::nothing
                         ? std::string()
                         : fmt::format(":{}:{}", escaped(option.value), zsh_offer(option));
  auto const words = fmt::format("[{}]{}", escaped(option.help), value);
  if (option.repeatable) {
    std::string all;
    for (auto const& name : option.names) {
      all += fmt::format("        '*{}{}' \\\n", name, words);
    }
    return all;
  }
  if (option.names.size() == 1) {
    return fmt::format("        '{}{}' \\\n", option.names.front(), words);
  }
  return fmt::format("        '({})'{{{}}}'{}' \\\n", fmt::join(option.names, " "),
                     fmt::join(option.names, ","), words);
}

std::string zsh_command(DescribedCommand const& command) {
  std::string specifications;
  for (auto const& option : command.options) {
    specifications += zsh_option(option);
  }
  for (auto const& argument : command.arguments) {
    specifications += fmt::format("        '{}:{}:{}' \\\n", argument.repeatable ? "*" : "",
                                  escaped(argument.value), zsh_offer(argument));
  }
  return fmt::format("    {})\n      _arguments -s \\\n{}        && return ;;\n", command.name,
                     specifications);
}

constexpr char const* kZshFunctions = R"zsh(_rpchspec_scenarios() {
  local -a ids
  ids=(${(f)"$(rpchspec list 2>/dev/null | cut -d' ' -f1 | cut -d@ -f1 | sort -u)"})
  compadd -a ids
  _files -g '*.y(a|)ml'
}
)zsh";

}  // namespace

std::string zsh_completion(DescribedProgram const& program) {
  std::string commands;
  std::string cases;
  for (auto const& command : program.commands) {
    commands += fmt::format("      '{}:{}'\n", command.name, escaped(command.summary));
    cases += zsh_command(command);
  }
  std::string own;
  for (auto const& option : program.itself.options) {
    own += zsh_option(option);
  }
  return fmt::format(
      "#compdef rpchspec\n"
      "{}"
      "_rpchspec() {{\n"
      "  if ((CURRENT == 2)); then\n"
      "    local -a commands=(\n"
      "{}"
      "    )\n"
      "    _describe command commands\n"
      "    _arguments \\\n"
      "{}"
      "      && return\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  shift words\n"
      "  ((CURRENT--))\n"
      "  case $command in\n"
      "{}"
      "  esac\n"
      "}}\n"
      "if [[ $funcstack[1] == _rpchspec ]]; then _rpchspec \"$@\"; else compdef _rpchspec "
      "rpchspec; fi\n",
      kZshFunctions, commands, own, cases);
}

}  // namespace rpchspec::cli
