#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/loader/pretty_json.hpp"
#include "reference_proxy/variants.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;

int variants(bool as_json) {
  json::array list;
  for (auto const& variant : proxy::variants()) {
    if (as_json) {
      list.push_back(
          {{"name", variant.name}, {"title", variant.title}, {"allowed_by", variant.allows}});
    } else {
      fmt::print("{:<26} {}\n", variant.name, variant.title);
    }
  }
  if (as_json) {
    fmt::print("{}", loader::pretty(json::object{{"variants", list}}));
  }
  return 0;
}

}  // namespace

void set_up_variants(CLI::App& app, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  app.add_flag("--json", *as_json, "for programs");
  app.callback([as_json, &exit_code] { exit_code = variants(*as_json); });
}

}  // namespace rpchspec::cli
