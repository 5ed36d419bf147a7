// rpchspec.yaml: defaults of `run`, and targets.
//
//   defaults: {suite-name: nightly, target: edge}
//   targets:
//     edge:
//       proxy: [http://gw.example, https://gw.example]
//       facts: {receive_window: 64KiB}
//       waivers:
//         - {finding: f-1a2b3c4d, reason: ticket 4711, owner: ann, until: 2027-01-31}
//
// Every option of `run` is a key, in `defaults` and in a target. Besides, there are `select`,
// `facts`, `environment` (for `start`), `program` (what `start` needs), `waivers` (a list, or a
// file that holds one) and, in a target, `configurations`: other facts of the same proxy, and what
// differs where it is started with them.

#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "harness/targets/options.hpp"
#include "model/strict_yaml.hpp"

namespace rpchspec::targets {

using ConfigErrors = std::vector<model::TextError>;

/// What one mapping of the file says.
struct ConfigEntry {
  std::vector<std::pair<Option const*, std::string>> options;
  std::vector<std::string> select;
  std::vector<std::pair<std::string, std::string>> facts;
  std::map<std::string, std::string> environment;
  std::vector<WaiverEntry> waivers;
  std::optional<Program> program{};
  std::vector<std::pair<std::string, ConfigEntry>> configurations{};  // as the file has them
};

/// A file whose every value was checked.
struct Config {
  std::filesystem::path folder;
  ConfigEntry defaults;
  std::map<std::string, ConfigEntry> targets;

  [[nodiscard]] std::vector<std::string> target_names() const;
};

/// All errors of the file, with their places, what is allowed, and what was probably meant.
[[nodiscard]] tl::expected<Config, ConfigErrors> load_config(std::filesystem::path const& file);
[[nodiscard]] tl::expected<Config, ConfigErrors> parse_config(std::string_view yaml,
                                                              std::filesystem::path const& file);

/// Applies an entry over what settings say already.
void apply(ConfigEntry const& entry, Settings& settings);

/// Reads a list of waivers, as --write-baseline writes it.
[[nodiscard]] std::vector<WaiverEntry> read_waivers(model::YamlNode const& list,
                                                    model::TextErrors& errors);

/// config.schema.json: JSON Schema draft-07, made from the table of options.
[[nodiscard]] std::string config_schema();

}  // namespace rpchspec::targets
