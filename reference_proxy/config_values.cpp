#include "reference_proxy/config_values.hpp"

#include <fmt/format.h>

#include "model/scalars.hpp"

namespace rpchspec::proxy {

using model::YamlNode;

void ConfigValues::wrong(YamlNode const& node, std::string_view expected) {
  auto const found = node.is_scalar() ? "'" + node.text + "'" : std::string(describe(node));
  errors_.add(node.mark, fmt::format("{}; expected {}", found, expected));
}

template <class Parse>
auto ConfigValues::parsed(YamlNode const& node, Parse parse)
    -> std::optional<std::decay_t<decltype(*parse(std::string_view()))>> {
  auto const written = text(node);
  if (!written) {
    return std::nullopt;
  }
  auto const value = parse(*written);
  if (!value) {
    errors_.add(node.mark, value.error());
    return std::nullopt;
  }
  return *value;
}

std::optional<Duration> ConfigValues::duration(YamlNode const& node) {
  auto const ns = parsed(node, model::parse_duration);
  return ns ? std::optional<Duration>(std::chrono::nanoseconds(*ns)) : std::nullopt;
}

std::optional<std::uint64_t> ConfigValues::number(YamlNode const& node) {
  auto const value = parsed(node, model::parse_size);
  if (value && *value > 0xFFFFFFFFU) {
    wrong(node, "a whole number below 2^32, in bytes or as 64KiB");
    return std::nullopt;
  }
  return value;
}

std::optional<bool> ConfigValues::flag(YamlNode const& node) {
  return parsed(node, model::parse_bool);
}

std::optional<std::string> ConfigValues::text(YamlNode const& node) {
  if (node.is_scalar()) {
    return node.text;
  }
  wrong(node, "text");
  return std::nullopt;
}

void ConfigValues::list(YamlNode const& node, std::function<void(YamlNode const&)> const& each) {
  if (node.is_scalar()) {
    each(node);
    return;
  }
  if (!node.is_sequence()) {
    wrong(node, "a list");
    return;
  }
  for (auto const& item : node.items) {
    if (item.is_scalar()) {
      each(item);
    } else {
      wrong(item, "text");
    }
  }
}

}  // namespace rpchspec::proxy
