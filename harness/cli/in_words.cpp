#include "harness/cli/in_words.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "model/suggestion.hpp"

namespace rpchspec::cli {

namespace {

std::vector<std::string> option_names(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* option : app.get_options()) {
    for (auto const& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// There is no end to play elsewhere but the servers': who looks for the other is told so.
std::string instead_of(std::string_view option) {
  return option == "--client-at" ? " (a run begins where its client is; see --backend-at)" : "";
}

std::string unknown_argument(CLI::App const& app) {
  auto const rest = app.remaining(true);
  auto const found = std::find_if(rest.begin(), rest.end(),
                                  [](auto const& each) { return each.starts_with('-'); });
  if (found == rest.end()) {
    return "too many arguments: '" + (rest.empty() ? "" : rest.front()) + "' is not expected here";
  }
  auto const name = found->substr(0, found->find('='));
  auto const near = model::nearest(name, option_names(app));
  return "unknown option '" + name + "'" + instead_of(name) +
         (near.empty() || !instead_of(name).empty() ? "" : "; did you mean '" + near + "'?");
}

}  // namespace

std::string in_words(CLI::App const& app, CLI::ParseError const& error) {
  return dynamic_cast<CLI::ExtrasError const*>(&error) != nullptr ? unknown_argument(app)
                                                                  : std::string(error.what());
}

}  // namespace rpchspec::cli
