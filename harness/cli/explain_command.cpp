#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "harness/cli/command.hpp"
#include "harness/cli/inert.hpp"
#include "harness/cli/library.hpp"
#include "harness/cli/results.hpp"
#include "harness/loader/explain.hpp"
#include "harness/loader/selector.hpp"
#include "model/suggestion.hpp"
#include "reference_proxy/defects.hpp"
#include "reference_proxy/variants.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::cli {

namespace {

struct ExplainOptions {
  std::string what;
  std::string topology = "rpc-proxy";
  std::string out = "rpchspec-out";
};

std::string in_words(proxy::DefectInfo const& defect, loader::Library const& library) {
  auto text = fmt::format("{}: {}\nbreaks:\n", defect.name, defect.title);
  for (auto const id : defect.requirements) {
    auto const* requirement = library.requirements.find(id);
    text += fmt::format("  {}  {}\n", id, requirement == nullptr ? "" : requirement->text);
  }
  return text + fmt::format("try it: rpchspec run --defect {}\n", defect.name);
}

std::string in_words(proxy::Variant const& variant) {
  return fmt::format("{}: {}\nallowed by: {}\ntry it: rpchspec run --variant {}\n", variant.name,
                     variant.title, variant.allows, variant.name);
}

int explain_finding(ExplainOptions const& options, loader::Library const& library) {
  auto const run = read_results(options.out);
  for (auto const& finding : run.findings) {
    if (finding.id != options.what) {
      continue;
    }
    auto const* requirement = library.requirements.find(finding.requirement);
    fmt::print(
        "{}", inert(reports::finding_block(finding, requirement == nullptr ? "" : requirement->text,
                                           "", reports::Colour::off)));
    for (auto const& id : finding.cases) {
      fmt::print("  seen in {}\n", id);
    }
    return 0;
  }
  throw UsageError{"no finding '" + options.what + "' in " + options.out};
}

std::vector<std::string> everything(loader::Suite const& suite, loader::Library const& library) {
  std::vector<std::string> names;
  for (auto const& scenario : suite.scenarios) {
    names.push_back(scenario.id());
  }
  for (auto const& requirement : library.requirements.all()) {
    names.push_back(requirement.id);
  }
  for (auto const& defect : proxy::defects()) {
    names.emplace_back(defect.name);
  }
  for (auto const& variant : proxy::variants()) {
    names.emplace_back(variant.name);
  }
  return names;
}

int explain(ExplainOptions const& options) {
  auto const library = open_library();
  auto const suite = open_suite(library, {options.what});
  if (options.what.starts_with("f-")) {
    return explain_finding(options, library);
  }
  if (auto const* requirement = library.requirements.find(options.what)) {
    fmt::print("{}", loader::explain(*requirement, suite));
    return 0;
  }
  if (auto const* defect = proxy::find_defect(options.what)) {
    fmt::print("{}", in_words(*defect, library));
    return 0;
  }
  if (auto const* variant = proxy::find_variant(options.what)) {
    fmt::print("{}", in_words(*variant));
    return 0;
  }
  std::size_t found = 0;
  for (auto const& scenario : suite.scenarios) {
    auto const bare = scenario.id().substr(0, scenario.id().find('@'));
    auto const in_file =
        loader::names_a_file(options.what) && loader::matches(options.what, scenario);
    if (scenario.id() == options.what || bare == options.what || in_file) {
      fmt::print("{}{}", found++ == 0 ? "" : "\n",
                 loader::explain(scenario, library, options.topology));
    }
  }
  if (auto const* replacement = replacement_of(options.what, library);
      found == 0 && replacement != nullptr) {
    fmt::print("{} is retired: {}\n", options.what, *replacement);
    return 0;
  }
  if (found == 0) {
    auto const near = model::nearest(options.what, everything(suite, library));
    throw UsageError{"'" + options.what +
                     "' is no scenario, requirement, finding, defect or variant" +
                     (near.empty() ? std::string("; see rpchspec list, defects, variants")
                                   : "; did you mean '" + near + "'?")};
  }
  return 0;
}

}  // namespace

void set_up_explain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  app.add_option("what", options->what, "id of a scenario, requirement, finding, defect or variant")
      ->required()
      ->type_name("ID");
  app.add_option("--topology", options->topology, "whose levels are told")
      ->check(CLI::IsMember({"embedded", "rpc-proxy", "http-front", "split", "live"}));
  app.add_option("--out", options->out, "the run that had the finding")->type_name("DIR");
  app.callback([options, &exit_code] { exit_code = explain(*options); });
}

}  // namespace rpchspec::cli
