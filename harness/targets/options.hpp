// The options of `run` as one table: the command line, the keys of rpchspec.yaml and its JSON
// Schema are made from it, so that every flag has its key.

#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/settings.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

enum class OptionKind { flag, value, list };
enum class OptionGroup { what, which, how, output };

struct Option {
  std::string_view name;  // "max-time": --max-time, and the key
  char letter = 0;        // 'j' for -j; 0: none
  OptionKind kind = OptionKind::value;
  OptionGroup group = OptionGroup::what;
  std::string_view value;  // "URL", "D", ...; empty for flags
  std::string_view help;
  std::vector<std::string> allowed;  // the words it takes; empty: see `help`
  Result<void> (*apply)(Settings&, std::string const&) = nullptr;  // flags get "true" or "false"
  void (*clear)(Settings&) = nullptr;  // lists that replace those of a weaker source
  bool is_path = false;                // read: in a file, relative to that file
};

[[nodiscard]] std::vector<Option> const& run_options();

/// By name; underscores count as hyphens. Null: unknown.
[[nodiscard]] Option const* find_option(std::string_view name);

/// Applies options of one source (the file's defaults, its target, the command line) over settings.
/// A list replaces what a weaker source said, unless it can only grow (exclude, set).
class OptionSource {
 public:
  explicit OptionSource(Settings& settings) : settings_(settings) {}

  /// The error's detail says what is wrong and what is allowed, without the option's name.
  [[nodiscard]] Result<void> apply(Option const& option, std::string const& value);

 private:
  Settings& settings_;
  std::set<std::string_view> seen_;
};

/// After all sources: reads the password file or, where none was set, $RPCHSPEC_PASSWORD, derives
/// the topology and ports that were not given, and refuses what does not go together.
[[nodiscard]] Result<void> complete(Settings& settings);

}  // namespace rpchspec::targets
