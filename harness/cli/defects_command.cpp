#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/loader/pretty_json.hpp"
#include "reference_proxy/defects.hpp"

namespace rpchspec::cli {

namespace {

namespace json = boost::json;

int defects(bool as_json) {
  json::array list;
  for (auto const& defect : proxy::defects()) {
    if (!as_json) {
      fmt::print("{:<26} {}\n", defect.name, defect.title);
      continue;
    }
    list.push_back(
        {{"name", defect.name},
         {"title", defect.title},
         {"category", defect.category},
         {"requirements", json::array(defect.requirements.begin(), defect.requirements.end())}});
  }
  if (as_json) {
    fmt::print("{}", loader::pretty(json::object{{"defects", list}}));
  }
  return 0;
}

}  // namespace

void set_up_defects(CLI::App& app, int& exit_code) {
  auto as_json = std::make_shared<bool>(false);
  app.add_flag("--json", *as_json, "for programs");
  app.callback([as_json, &exit_code] { exit_code = defects(*as_json); });
}

}  // namespace rpchspec::cli
