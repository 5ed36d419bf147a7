// The values of settings, read from YAML.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "model/strict_yaml.hpp"
#include "protocol/base/time.hpp"

namespace rpchspec::proxy {

/// Collects what is wrong with them, each at its place in the file; such a value is empty.
class ConfigValues {
 public:
  /// @param errors  outlives this.
  explicit ConfigValues(model::TextErrors& errors) : errors_(errors) {}

  void wrong(model::YamlNode const& node, std::string_view expected);

  /// "30s", "500ms", "15m", "1h".
  [[nodiscard]] std::optional<Duration> duration(model::YamlNode const& node);

  /// A whole number below 2^32, in bytes where it has a unit: "64KiB".
  [[nodiscard]] std::optional<std::uint64_t> number(model::YamlNode const& node);

  [[nodiscard]] std::optional<bool> flag(model::YamlNode const& node);

  [[nodiscard]] std::optional<std::string> text(model::YamlNode const& node);

  /// Each scalar of a list; one scalar alone stands for a list of one.
  void list(model::YamlNode const& node, std::function<void(model::YamlNode const&)> const& each);

 private:
  template <class Parse>
  auto parsed(model::YamlNode const& node, Parse parse)
      -> std::optional<std::decay_t<decltype(*parse(std::string_view()))>>;

  model::TextErrors& errors_;
};

}  // namespace rpchspec::proxy
