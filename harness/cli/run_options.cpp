#include "harness/cli/run_options.hpp"

#include <algorithm>
#include <filesystem>

#include "harness/cli/command.hpp"
#include "harness/targets/config.hpp"
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

/// The target that is meant; empty: none, that is the embedded proxy.
std::string target_of(Settings const& said,
                      targets::Config const& config,
                      std::string const& file) {
  if (!said.target_name.empty()) {
    if (!config.targets.contains(said.target_name)) {
      throw UsageError{"--target: " + file + " has no target '" + said.target_name + "'" +
                       model::suggestion(said.target_name, config.target_names())};
    }
    return said.target_name;
  }
  auto const says_itself =
      !said.target.urls.empty() || !said.target.defect.empty() || !said.target.variant.empty() ||
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

void apply_file(Settings const& command_line, std::string const& file, Settings& settings) {
  auto const config = targets::load_config(file);
  if (!config) {
    std::string text;
    for (auto const& error : config.error()) {
      text += (text.empty() ? "" : "\n") + to_string(error);
    }
    throw UsageError{text};
  }
  targets::apply(config->defaults, settings);
  auto said = command_line;
  if (said.target_name.empty() && said.target.urls.empty()) {
    said.target_name = settings.target_name;  // defaults: {target: NAME}
  }
  auto const name = target_of(said, *config, file);
  settings.target_name = name;
  if (!name.empty()) {
    targets::apply(config->targets.at(name), settings);
    settings.target_name = name;
    settings.target.name = name;
  }
}

}  // namespace

void TableOptions::add(CLI::App& app, std::set<OptionGroup> const& groups) {
  for (auto const& option : targets::run_options()) {
    if (!groups.contains(option.group)) {
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
  targets::OptionSource source(settings);
  for (auto const& [option, value] : given()) {
    if (auto const applied = source.apply(*option, value); !applied) {
      throw UsageError{"--" + std::string(option->name) + ": " + applied.error().detail};
    }
  }
}

Settings settings_of(TableOptions const& options, std::vector<std::string> const& selectors) {
  Settings said;
  options.apply(said);
  Settings settings;
  auto const file = said.config.empty() ? std::string("rpchspec.yaml") : said.config;
  if (!said.config.empty() || std::filesystem::exists(file)) {
    apply_file(said, file, settings);
  } else if (!said.target_name.empty()) {
    throw UsageError{"--target: there is no ./rpchspec.yaml; name the file with --config"};
  }
  auto const target_name = settings.target_name;
  options.apply(settings);
  settings.target_name = target_name;
  if (!selectors.empty()) {
    settings.select = selectors;
  }
  if (auto const completed = targets::complete(settings); !completed) {
    throw UsageError{completed.error().detail};
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
