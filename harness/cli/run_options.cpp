#include "harness/cli/run_options.hpp"

#include <algorithm>
#include <filesystem>

#include "harness/cli/command.hpp"
#include "harness/targets/config.hpp"
#include "harness/targets/configurations.hpp"
#include "harness/targets/free_ports.hpp"
#include "harness/targets/shipped.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::cli {

namespace {

using targets::OptionGroup;
using targets::OptionKind;
using targets::Settings;

std::string heading(OptionGroup group) {
  switch (group) {
    case OptionGroup::what:
      return "What is tested";
    case OptionGroup::which:
      return "Which cases";
    case OptionGroup::how:
      return "How";
    case OptionGroup::output:
      return "Output";
  }
  return {};
}

std::string spelled(targets::Option const& option) {
  auto const name = "--" + std::string(option.name);
  return option.letter == 0 ? name : std::string{'-', option.letter} + "," + name;
}

targets::Config checked(tl::expected<targets::Config, targets::ConfigErrors> config) {
  if (!config) {
    std::string text;
    for (auto const& error : config.error()) {
      text += (text.empty() ? "" : "\n") + to_string(error);
    }
    throw UsageError{text};
  }
  return std::move(*config);
}

using Configurations = std::vector<std::pair<std::string, targets::ConfigEntry>>;

/// @return the target's further configurations.
Configurations apply_target(targets::Config const& config,
                            std::string const& name,
                            Settings& settings) {
  auto const& entry = config.targets.at(name);
  settings.target.folder = config.folder.empty() ? "." : config.folder.string();
  targets::apply(entry, settings);
  settings.target_name = name;
  settings.target.name = name;
  return entry.configurations;
}

/// A name that no file of the user's has may be a shipped target's.
Configurations apply_named(std::string const& name,
                           targets::Config const& config,
                           std::string const& file,
                           Settings& settings) {
  if (config.targets.contains(name)) {
    return apply_target(config, name, settings);
  }
  auto const shipped = checked(targets::load_shipped());
  if (shipped.targets.contains(name)) {
    return apply_target(shipped, name, settings);
  }
  if (file.empty()) {
    throw UsageError{"--target: there is no ./rpchspec.yaml, and no shipped target '" + name + "'" +
                     model::suggestion(name, shipped.target_names()) +
                     "; a file of yours is named with --config"};
  }
  throw UsageError{"--target: " + file + " has no target '" + name + "'" +
                   model::suggestion(name, config.target_names())};
}

/// The file's only target, where nothing says another; empty: none, that is the embedded proxy.
std::string only_target(Settings const& said,
                        targets::Config const& config,
                        std::string const& file) {
  auto const says_itself =
      !said.target.urls.empty() || !said.target.in_urls.empty() || !said.target.out_urls.empty() ||
      !said.target.defect.empty() || !said.target.variant.empty() ||
      (said.topology_given && said.target.topology == targets::Topology::embedded);
  if (says_itself || config.targets.empty()) {
    return {};
  }
  if (config.targets.size() > 1) {
    throw UsageError{file + " has several targets, and --target does not say which: " +
                     model::join(config.target_names()) +
                     " (or --topology embedded for the proxy inside)"};
  }
  return config.targets.begin()->first;
}

/// Defaults and target of the file, if there is one; a target may also be a shipped one.
Configurations apply_files(Settings const& said, Settings& settings) {
  auto file = said.config.empty() ? std::string("rpchspec.yaml") : said.config;
  targets::Config config;
  if (!said.config.empty() || std::filesystem::exists(file)) {
    config = checked(targets::load_config(file));
    targets::apply(config.defaults, settings);
  } else {
    file.clear();
  }
  auto name = said.target_name;
  if (name.empty() && said.target.urls.empty() && said.target.in_urls.empty()) {
    name = settings.target_name;  // defaults: {target: NAME}
  }
  settings.target_name.clear();
  if (name.empty()) {
    name = only_target(said, config, file);
  }
  return name.empty() ? Configurations() : apply_named(name, config, file, settings);
}

}  // namespace

void TableOptions::add(CLI::App& app,
                       std::set<OptionGroup> const& groups,
                       std::set<std::string_view> const& also) {
  for (auto const& option : targets::run_options()) {
    if (!groups.contains(option.group) && !also.contains(option.name)) {
      continue;
    }
    auto& kept = declared_.emplace_back();
    kept.option = &option;
    std::string const help(option.help);
    if (option.kind == OptionKind::flag) {
      kept.parsed = app.add_flag(spelled(option), help);
    } else {
      kept.parsed = app.add_option(spelled(option), kept.values, help)
                        ->type_name(std::string(option.value))
                        ->allow_extra_args(false);
    }
    kept.parsed->group(heading(option.group));
  }
}

std::vector<std::pair<targets::Option const*, std::string>> TableOptions::given() const {
  std::vector<std::pair<targets::Option const*, std::string>> out;
  for (auto const& each : declared_) {
    if (each.parsed->count() == 0) {
      continue;
    }
    if (each.option->kind == OptionKind::flag) {
      out.emplace_back(each.option, "true");
    } else if (each.option->kind == OptionKind::value) {
      out.emplace_back(each.option, each.values.back());
    } else {
      for (auto const& value : each.values) {
        out.emplace_back(each.option, value);
      }
    }
  }
  return out;
}

void TableOptions::apply(Settings& settings) const {
  if (!password_.empty()) {
    settings.target.password = password_;
  }
  targets::OptionSource source(settings);
  for (auto const& [option, value] : given()) {
    if (auto const applied = source.apply(*option, value); !applied) {
      throw UsageError{"--" + std::string(option->name) + ": " + applied.error().detail};
    }
  }
}

Settings settings_of(TableOptions const& options,
                     std::vector<std::string> const& selectors,
                     std::string const& target) {
  Settings said;
  options.apply(said);
  if (!target.empty()) {
    said.target_name = target;
  }
  Settings settings;
  auto const configurations = apply_files(said, settings);
  auto const target_name = settings.target_name;
  options.apply(settings);
  settings.target_name = target_name;
  if (!selectors.empty()) {
    settings.select = selectors;
  }
  auto const uncompleted = settings;
  if (auto const completed = targets::complete(settings); !completed) {
    throw UsageError{completed.error().detail};
  }
  if (auto const settled = targets::settle_ports(settings.target); !settled) {
    throw UsageError{settled.error().detail};
  }
  for (auto const& each : configurations) {
    auto made = targets::configured(uncompleted, settings.target, each);
    if (!made) {
      throw UsageError{"target '" + settings.target_name + "', " + made.error().detail};
    }
    settings.configurations.push_back(*std::move(made));
  }
  return settings;
}

loader::Selection selection_of(Settings const& settings) {
  loader::Selection out;
  out.selectors = settings.select;
  out.excludes = settings.target.excludes;
  out.requirements = settings.requirements;
  for (auto const level :
       {model::Level::must, model::Level::should, model::Level::may, model::Level::product}) {
    if (settings.level == model::to_string(level)) {
      out.level = level;
    }
  }
  out.topology = targets::to_string(settings.target.topology);
  out.quick = settings.quick;
  out.soak = settings.soak;
  if (settings.max_case != Duration::max()) {
    out.max_case = settings.max_case;
  }
  out.as_of = settings.as_of;
  if (settings.shard.count > 1) {
    out.shard = settings.shard;
  }
  return out;
}

std::string shell_word(std::string const& word) {
  auto const plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./:=,@%+").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
    return word;
  }
  std::string out = "'";
  for (char const c : word) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

}  // namespace rpchspec::cli
