#include <fmt/format.h>

#include "harness/cli/completion.hpp"

namespace rpchspec::cli {

namespace {

std::string quoted(std::string const& text) {
  std::string out = "'";
  for (char const c : text) {
    out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "'";
}

std::string fish_offer(DescribedOption const& option) {
  switch (option.takes) {
    case Takes::word:
      return fmt::format(" -x -a {}", quoted(fmt::format("{}", fmt::join(option.words, " "))));
    case Takes::file:
      return " -r -F";
    case Takes::folder:
      return " -x -a '(__fish_complete_directories)'";
    case Takes::scenario:
      return " -x -a '(__rpchspec_scenarios)'";
    case Takes::text:
      return " -x";
    case Takes::nothing:
      return "";
  }
  return "";
}

std::string fish_option(DescribedOption const& option, std::string const& condition) {
  std::string names;
  for (auto const& name : option.names) {
    names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return fmt::format("complete -c rpchspec -n {}{}{} -d {}\n", quoted(condition), names,
                     fish_offer(option), quoted(option.help));
}

constexpr char const* kFishFunctions = R"(function __rpchspec_scenarios
  rpchspec list 2>/dev/null | string replace -r '[@ ].*' '' | sort -u
  __fish_complete_suffix .yaml
end
complete -c rpchspec -f
)";

}  // namespace

std::string fish_completion(DescribedProgram const& program) {
  std::string text =
      std::string("# fish completion for rpchspec: rpchspec completion fish\n") + kFishFunctions;
  for (auto const& option : program.itself.options) {
    text += fish_option(option, "__fish_use_subcommand");
  }
  for (auto const& command : program.commands) {
    text += fmt::format("complete -c rpchspec -n __fish_use_subcommand -a {} -d {}\n", command.name,
                        quoted(command.summary));
    auto const condition = "__fish_seen_subcommand_from " + command.name;
    for (auto const& option : command.options) {
      text += fish_option(option, condition);
    }
    for (auto const& argument : command.arguments) {
      if (argument.takes != Takes::text) {
        text +=
            fmt::format("complete -c rpchspec -n {}{}\n", quoted(condition), fish_offer(argument));
      }
    }
  }
  return text;
}

}  // namespace rpchspec::cli
