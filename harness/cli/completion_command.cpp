#include <memory>
#include <string>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/completion.hpp"

namespace rpchspec::cli {

namespace {

std::string completion(DescribedProgram const& program, std::string const& shell) {
  return shell == "bash"  ? bash_completion(program)
         : shell == "zsh" ? zsh_completion(program)
                          : fish_completion(program);
}

}  // namespace

void set_up_completion(CLI::App& app, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  app.add_option("shell", *shell, "whose script is printed")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  app.footer(
      "For this session: source <(rpchspec completion bash), or the same with zsh; rpchspec "
      "completion fish | source.");
  app.callback([shell, &app, &exit_code] {
    fmt::print("{}", completion(described(*app.get_parent()), *shell));
    exit_code = 0;
  });
}

}  // namespace rpchspec::cli
