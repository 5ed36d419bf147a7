#include "harness/targets/config.hpp"

#include <algorithm>

#include "harness/targets/configurations.hpp"
#include "harness/targets/facts.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::targets {

namespace {

using model::TextErrors;
using model::YamlNode;

/// Where an entry stands in the file.
enum class Place { defaults, target, configuration };

std::vector<std::string> known_keys(Place place) {
  if (place == Place::configuration) {
    return configuration_keys();
  }
  std::vector<std::string> keys{"select", "facts", "environment", "program", "waivers"};
  if (place == Place::target) {
    keys.emplace_back("configurations");
  }
  for (auto const& option : run_options()) {
    if (option.name != "config") {
      keys.emplace_back(option.name);
    }
  }
  return keys;
}

bool is_known(std::string const& key) {
  auto const keys = known_keys(Place::target);
  auto const* option = find_option(key);
  return option != nullptr || std::find(keys.begin(), keys.end(), key) != keys.end();
}

class EntryReader {
 public:
  EntryReader(std::filesystem::path folder, Place place, TextErrors& errors)
      : folder_(std::move(folder)), place_(place), errors_(errors), source_(scratch_) {}

  ConfigEntry read(YamlNode const& node) {
    if (!node.is_mapping() && !node.is_null()) {
      errors_.add(node.mark,
                  "expected a mapping of settings, found " + std::string(model::describe(node)));
      return {};
    }
    for (auto const& entry : node.entries) {
      key(entry);
    }
    return std::move(out_);
  }

 private:
  void key(model::YamlEntry const& entry) {
    if (place_ == Place::configuration && is_known(entry.key) &&
        !differs_by_configuration(entry.key)) {
      errors_.add(entry.mark, "'" + entry.key + "' is the same in all configurations; allowed: " +
                                  model::join(configuration_keys()));
    } else if (entry.key == "configurations" && place_ == Place::target) {
      configurations(entry.value);
    } else if (entry.key == "facts") {
      facts(entry.value);
    } else if (entry.key == "environment") {
      environment(entry.value);
    } else if (entry.key == "program") {
      program(entry.value);
    } else if (entry.key == "waivers") {
      waivers(entry.value);
    } else if (entry.key == "select") {
      out_.select = texts(entry.value);
    } else if (auto const* option = find_option(entry.key); option && option->name != "config") {
      for (auto const& item : items(entry.value, option->kind == OptionKind::list)) {
        value(*option, item);
      }
    } else {
      errors_.add(entry.mark, "unknown key '" + entry.key + "'" +
                                  model::suggestion(entry.key, known_keys(place_)));
    }
  }

  void configurations(YamlNode const& node) {
    if (!node.is_mapping()) {
      errors_.add(node.mark, "configurations: expected a mapping of names to settings, found " +
                                 std::string(model::describe(node)));
    }
    for (auto const& entry : node.entries) {
      if (auto const why = unfit_name(entry.key); !why.empty()) {
        errors_.add(entry.mark, why);
      }
      out_.configurations.emplace_back(
          entry.key, EntryReader(folder_, Place::configuration, errors_).read(entry.value));
    }
  }

  void value(Option const& option, YamlNode const& node) {
    if (!node.is_scalar()) {
      errors_.add(node.mark,
                  std::string(option.name) + ": expected " +
                      std::string(option.value.empty() ? "true or false" : option.value) +
                      ", found " + std::string(model::describe(node)));
      return;
    }
    auto text = node.text;
    if (option.is_path && std::filesystem::path(text).is_relative()) {
      text = (folder_ / text).string();
    }
    if (auto const applied = source_.apply(option, text); !applied) {
      errors_.add(node.mark, std::string(option.name) + ": " + applied.error().detail);
      return;
    }
    out_.options.emplace_back(&option, std::move(text));
  }

  static std::vector<YamlNode> items(YamlNode const& node, bool is_list) {
    return is_list && node.is_sequence() ? node.items : std::vector<YamlNode>{node};
  }

  std::vector<std::string> texts(YamlNode const& node) {
    std::vector<std::string> out;
    for (auto const& item : items(node, true)) {
      if (item.is_scalar()) {
        out.push_back(item.text);
      } else {
        errors_.add(item.mark, "expected a text, found " + std::string(model::describe(item)));
      }
    }
    return out;
  }

  /// A list of schemes is written as on the command line: "ntlm,basic".
  static YamlNode with_schemes_joined(YamlNode node) {
    for (auto& [name, mark, value] : node.entries) {
      if (name != "auth" || !value.is_sequence()) {
        continue;
      }
      std::string text;
      for (auto const& item : value.items) {
        text += (text.empty() ? "" : ",") + item.text;
      }
      value = YamlNode::scalar(value.mark, std::move(text));
    }
    return node;
  }

  void facts(YamlNode const& node) {
    for (auto const& entry : mapping(with_schemes_joined(node), "facts")) {
      if (auto const set = set_fact(scratch_.target.facts, entry.key, entry.value.text); !set) {
        auto const unknown = set.error().code == ErrorCode::not_found;
        errors_.add(unknown ? entry.mark : entry.value.mark, set.error().detail);
      }
      out_.facts.emplace_back(entry.key, entry.value.text);
    }
  }

  void environment(YamlNode const& node) {
    for (auto const& entry : mapping(node, "environment")) {
      if (entry.key.starts_with("RPCHSPEC_")) {
        errors_.add(entry.mark, "names that start with RPCHSPEC_ are set by the run");
      }
      out_.environment[entry.key] = entry.value.text;
    }
  }

  void program(YamlNode const& node) {
    auto& read = out_.program.emplace();
    for (auto const& entry : mapping(node, "program")) {
      if (entry.key == "name") {
        read.name = entry.value.text;
      } else if (entry.key == "package") {
        read.package = entry.value.text;
      } else if (entry.key == "version") {
        read.version = entry.value.text;
      } else {
        errors_.add(entry.mark, "unknown key '" + entry.key + "'" +
                                    model::suggestion(entry.key, {"name", "package", "version"}));
      }
    }
  }

  std::vector<model::YamlEntry> mapping(YamlNode const& node, std::string const& what) {
    if (!node.is_mapping()) {
      errors_.add(node.mark, what + ": expected a mapping of names to values, found " +
                                 std::string(model::describe(node)));
    }
    std::vector<model::YamlEntry> scalars;
    for (auto const& entry : node.entries) {
      if (entry.value.is_scalar()) {
        scalars.push_back(entry);
      } else {
        errors_.add(entry.value.mark, entry.key + ": expected a value, found " +
                                          std::string(model::describe(entry.value)));
      }
    }
    return scalars;
  }

  void waivers(YamlNode const& node) {
    if (!node.is_scalar()) {
      out_.waivers = read_waivers(node, errors_);
      return;
    }
    auto const file = folder_ / node.text;
    auto const root = model::load_strict_yaml(file);
    if (!root) {
      errors_.add(node.mark, "waivers: " + to_string(root.error()));
      return;
    }
    TextErrors inner(file.string());
    auto const* list = root->find("waivers");
    out_.waivers = read_waivers(list != nullptr ? *list : *root, inner);
    for (auto const& error : inner.sorted()) {
      errors_.add(node.mark, "waivers: " + to_string(error));
    }
  }

  std::filesystem::path folder_;
  Place place_;
  TextErrors& errors_;
  Settings scratch_;
  OptionSource source_;
  ConfigEntry out_;
};

void check_default_target(Config const& config, YamlNode const& root, TextErrors& errors) {
  for (auto const& [option, name] : config.defaults.options) {
    if (option->name == "target" && !config.targets.contains(name)) {
      errors.add(root.find("defaults")->find("target")->mark,
                 "unknown target '" + name + "'" + model::suggestion(name, config.target_names()));
    }
  }
}

}  // namespace

std::vector<std::string> Config::target_names() const {
  std::vector<std::string> names;
  for (auto const& [name, entry] : targets) {
    names.push_back(name);
  }
  return names;
}

tl::expected<Config, ConfigErrors> parse_config(std::string_view yaml,
                                                std::filesystem::path const& file) {
  auto const root = model::parse_strict_yaml(yaml, file.string());
  if (!root) {
    return tl::unexpected(ConfigErrors{root.error()});
  }
  TextErrors errors(file.string());
  Config config;
  auto const folder = file.parent_path();
  config.folder = folder;
  for (auto const& entry : root->entries) {
    if (entry.key == "defaults") {
      config.defaults = EntryReader(folder, Place::defaults, errors).read(entry.value);
    } else if (entry.key == "targets" && entry.value.is_mapping()) {
      for (auto const& target : entry.value.entries) {
        if (auto const* nested = target.value.entry("target")) {
          errors.add(nested->mark, "'target' stands in defaults: a target cannot name another");
        }
        config.targets[target.key] = EntryReader(folder, Place::target, errors).read(target.value);
      }
    } else {
      errors.add(entry.mark, entry.key == "targets"
                                 ? std::string("targets: expected a mapping of names to targets")
                                 : "unknown key '" + entry.key + "'" +
                                       model::suggestion(entry.key, {"defaults", "targets"}));
    }
  }
  if (!root->is_mapping() && !root->is_null()) {
    errors.add(root->mark, "expected a mapping with defaults and targets");
  }
  check_default_target(config, *root, errors);
  if (!errors.empty()) {
    return tl::unexpected(errors.sorted());
  }
  return config;
}

tl::expected<Config, ConfigErrors> load_config(std::filesystem::path const& file) {
  auto const text = model::read_text(file);
  if (!text) {
    return tl::unexpected(ConfigErrors{text.error()});
  }
  return parse_config(*text, file);
}

void apply(ConfigEntry const& entry, Settings& settings) {
  OptionSource source(settings);
  for (auto const& [option, value] : entry.options) {
    static_cast<void>(source.apply(*option, value));  // was checked when it was read
  }
  for (auto const& [name, value] : entry.facts) {
    static_cast<void>(set_fact(settings.target.facts, name, value));
  }
  if (!entry.select.empty()) {
    settings.select = entry.select;
  }
  for (auto const& [name, value] : entry.environment) {
    settings.target.environment[name] = value;
  }
  if (entry.program) {
    settings.target.program = *entry.program;
  }
  auto& waivers = settings.target.waivers;
  waivers.insert(waivers.end(), entry.waivers.begin(), entry.waivers.end());
}

}  // namespace rpchspec::targets
