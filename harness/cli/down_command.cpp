#include <memory>

#include "harness/cli/background.hpp"
#include "harness/cli/command.hpp"

namespace rpchspec::cli {

void set_up_down(CLI::App& app, int& exit_code) {
  auto state = std::make_shared<std::string>();
  app.add_option("--state", *state, "file that `up --detach` wrote")->required()->type_name("F");
  app.callback([state, &exit_code] { exit_code = end_background(*state); });
}

}  // namespace rpchspec::cli
