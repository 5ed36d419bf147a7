#include "harness/cli/embedded_choice.hpp"

#include <utility>

#include "harness/cli/command.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::cli {

namespace {

template <class Found, class All>
Found const& named(std::string const& option,
                   std::string const& name,
                   Found const* found,
                   All const& all,
                   std::vector<std::string> names) {
  if (found != nullptr) {
    return *found;
  }
  for (auto const& each : all) {
    names.emplace_back(each.name);
  }
  auto const near = model::nearest(name, names);
  throw UsageError{
      "--" + option + ": there is no '" + name + "'" +
      (near.empty() ? "; see rpchspec " + option + "s" : "; did you mean '" + near + "'?")};
}

}  // namespace

proxy::DefectInfo const& defect_named(std::string const& name) {
  return named("defect", name, proxy::find_defect(name), proxy::defects(), {});
}

proxy::Variant const& variant_named(std::string const& name, std::vector<std::string> also) {
  return named("variant", name, proxy::find_variant(name), proxy::variants(), std::move(also));
}

void choose(targets::Target& target, proxy::Variant const& variant) {
  target.variant = variant.name;
  auto const equals = variant.fact.find('=');
  if (equals != variant.fact.npos) {
    target.facts.given[std::string(variant.fact.substr(0, equals))] =
        variant.fact.substr(equals + 1);
  }
}

}  // namespace rpchspec::cli
