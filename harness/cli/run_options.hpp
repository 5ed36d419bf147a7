// The table of options on a command line.

#pragma once

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/loader/selector.hpp"
#include "harness/targets/options.hpp"

#include <CLI/CLI.hpp>

namespace rpchspec::cli {

/// Declares options of the table and keeps what was given, in the table's order.
class TableOptions {
 public:
  void add(CLI::App& app,
           std::set<targets::OptionGroup> const& groups,
           std::set<std::string_view> const& also = {});  // single options of other groups

  /// What was given: option and value, flags with "true". Of a repeated single value the last one.
  [[nodiscard]] std::vector<std::pair<targets::Option const*, std::string>> given() const;

  /// Where no file has one: instead of $RPCHSPEC_PASSWORD.
  void set_password(std::string password) { password_ = std::move(password); }

  /// @throws UsageError naming the option, what is wrong and what is allowed.
  void apply(targets::Settings& settings) const;

 private:
  struct Declared {
    targets::Option const* option = nullptr;
    CLI::Option* parsed = nullptr;
    std::vector<std::string> values;
  };

  std::deque<Declared> declared_;  // CLI11 keeps references
  std::string password_;
};

/// Defaults, then rpchspec.yaml or a shipped target, then the command line; checked as a whole,
/// with free ports where 0 was asked for.
/// @param target  its name, as --target would say it; empty: what the options say.
/// @throws UsageError
[[nodiscard]] targets::Settings settings_of(TableOptions const& options,
                                            std::vector<std::string> const& selectors,
                                            std::string const& target = {});

/// What the `which` options select.
[[nodiscard]] loader::Selection selection_of(targets::Settings const& settings);

/// Quoted for a shell where that is needed.
[[nodiscard]] std::string shell_word(std::string const& word);

}  // namespace rpchspec::cli
