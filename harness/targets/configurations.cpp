#include "harness/targets/configurations.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/targets/free_ports.hpp"

namespace rpchspec::targets {

namespace {

/// Options of what is tested that make it another target.
constexpr std::array<std::string_view, 8> kSameInAll{"config",    "target", "topology", "in-proxy",
                                                     "out-proxy", "defect", "variant",  "set"};

bool says(ConfigEntry const& entry, std::string_view name) {
  return std::any_of(entry.options.begin(), entry.options.end(),
                     [&](auto const& option) { return option.first->name == name; });
}

tl::unexpected<Error> wrong(std::string const& name, std::string const& why) {
  return fail({ErrorCode::bad_value, 0, {}, {}, "configuration '" + name + "': " + why});
}

}  // namespace

bool differs_by_configuration(std::string_view key) {
  if (key == "facts" || key == "environment") {
    return true;
  }
  auto const* option = find_option(key);
  return option != nullptr && option->group == OptionGroup::what &&
         std::find(kSameInAll.begin(), kSameInAll.end(), option->name) == kSameInAll.end();
}

std::vector<std::string> configuration_keys() {
  std::vector<std::string> keys{"facts", "environment"};
  for (auto const& option : run_options()) {
    if (differs_by_configuration(option.name)) {
      keys.emplace_back(option.name);
    }
  }
  return keys;
}

std::string unfit_name(std::string const& name) {
  auto const fits = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.end(), fits)
             ? std::string()
             : "'" + name + "' names no configuration: letters, digits, '-' and '_' do";
}

Result<Target> configured(Settings said,
                          Target const& first,
                          std::pair<std::string, ConfigEntry> const& configuration) {
  auto const& [name, entry] = configuration;
  if (!said.target.urls.empty() && !says(entry, "proxy")) {
    said.target.urls = first.urls;
  }
  if (!says(entry, "backend-ports")) {
    said.target.backend_ports = first.backend_ports;
  }
  if (!says(entry, "upstream-listen")) {
    said.target.upstream_listen = first.upstream_listen;
  }
  apply(entry, said);
  if (auto const completed = complete(said); !completed) {
    return wrong(name, completed.error().detail);
  }
  auto& target = said.target;
  if (target.start.empty() && target.reconfigure.empty()) {
    return wrong(name, "nothing brings the proxy into it: `start` or `reconfigure` is missing");
  }
  if (auto const settled = settle_ports(target); !settled) {
    return wrong(name, settled.error().detail);
  }
  target.configuration = name;
  return std::move(target);
}

}  // namespace rpchspec::targets
