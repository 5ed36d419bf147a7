// How the backends' file is read: mappings whose keys are known. Private to mock_backend.

#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mock_backend/config.hpp"
#include "model/scalars.hpp"
#include "model/strict_yaml.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::backend {

using model::YamlNode;

template <class T>
using Words = std::vector<std::pair<std::string, T>>;

/// One mapping of the file: each key is read by a function, any other is an error.
class Mapping {
 public:
  using Read = std::function<void(YamlNode const&)>;

  explicit Mapping(model::TextErrors& errors) : errors_(errors) {}

  void key(std::string name, Read read) { keys_.emplace_back(std::move(name), std::move(read)); }

  void text(std::string name, std::string& to) {
    key(std::move(name), [this, &to](YamlNode const& node) {
      if (scalar(node)) {
        to = node.text;
      }
    });
  }

  void flag(std::string const& name, bool& to) { parsed(name, to, model::parse_bool); }

  void duration(std::string name, Duration& to) {
    key(std::move(name), [this, &to](YamlNode const& node) {
      if (auto const ns = value(node, model::parse_duration)) {
        to = std::chrono::nanoseconds(*ns);
      }
    });
  }

  template <class Int>
  void size(std::string const& name, Int& to, std::uint64_t low, std::uint64_t high) {
    key(name, [this, &to, low, high](YamlNode const& node) {
      auto const bytes = value(node, model::parse_size);
      if (bytes && (*bytes < low || *bytes > high)) {
        errors_.add(node.mark, "'" + node.text + "'; allowed: " + std::to_string(low) + " to " +
                                   std::to_string(high));
      } else if (bytes) {
        to = static_cast<Int>(*bytes);
      }
    });
  }

  template <class T>
  void word(std::string const& name, T& to, Words<T> words) {
    key(name, [this, &to, words = std::move(words)](YamlNode const& node) {
      std::vector<std::string> allowed;
      for (auto const& [word, means] : words) {
        allowed.push_back(word);
        if (node.is_scalar() && node.text == word) {
          to = means;
          return;
        }
      }
      if (scalar(node)) {
        errors_.add(node.mark, "'" + node.text + "'" + model::suggestion(node.text, allowed));
      }
    });
  }

  void read(YamlNode const& root) const {
    if (!root.is_mapping()) {
      errors_.add(root.mark, "expected a mapping, found " + std::string(model::describe(root)));
      return;
    }
    std::vector<std::string> names;
    for (auto const& [name, ignored] : keys_) {
      names.push_back(name);
    }
    for (auto const& entry : root.entries) {
      auto const at = std::find_if(keys_.begin(), keys_.end(),
                                   [&](auto const& known) { return known.first == entry.key; });
      if (at == keys_.end()) {
        errors_.add(entry.mark,
                    "unknown key '" + entry.key + "'" + model::suggestion(entry.key, names));
      } else {
        at->second(entry.value);
      }
    }
  }

  [[nodiscard]] bool scalar(YamlNode const& node) const {
    if (!node.is_scalar()) {
      errors_.add(node.mark, "expected a scalar, found " + std::string(model::describe(node)));
    }
    return node.is_scalar();
  }

  template <class Parse>
  auto value(YamlNode const& node, Parse parse) const
      -> std::optional<std::decay_t<decltype(*parse(std::string_view()))>> {
    if (!scalar(node)) {
      return std::nullopt;
    }
    auto result = parse(node.text);
    if (!result) {
      errors_.add(node.mark, result.error());
      return std::nullopt;
    }
    return *result;
  }

 private:
  template <class T, class Parse>
  void parsed(std::string const& name, T& to, Parse parse) {
    key(name, [this, &to, parse](YamlNode const& node) {
      if (auto const read = value(node, parse)) {
        to = *read;
      }
    });
  }

  model::TextErrors& errors_;
  std::vector<std::pair<std::string, Read>> keys_;
};

/// Faults of every accepted connection, towards the proxy.
void read_faults(YamlNode const& node, BackendConfig& config, model::TextErrors& errors);

}  // namespace rpchspec::backend
