// Mappings of a YAML file whose keys are known: settings, read into what they are meant for.

#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/scalars.hpp"
#include "model/strict_yaml.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::model {

/// What a word of the file means.
template <class T>
using YamlWords = std::vector<std::pair<std::string, T>>;

/// One mapping of a file: each key is read by a function, any other is an error. Values that are
/// wrong leave their target as it was.
class YamlMapping {
 public:
  using Read = std::function<void(YamlNode const&)>;

  /// @param errors  outlives this.
  explicit YamlMapping(TextErrors& errors) : errors_(errors) {}

  void key(std::string name, Read read) { keys_.emplace_back(std::move(name), std::move(read)); }

  void text(std::string name, std::string& to);

  void flag(std::string const& name, bool& to) { parsed(name, to, parse_bool); }

  template <class Rep, class Period>
  void duration(std::string const& name, std::chrono::duration<Rep, Period>& to) {
    key(name, [this, &to](YamlNode const& node) {
      if (auto const ns = value(node, parse_duration)) {
        to = std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(
            std::chrono::nanoseconds(*ns));
      }
    });
  }

  template <class Int>
  void size(std::string const& name, Int& to, std::uint64_t low, std::uint64_t high) {
    key(name, [this, &to, low, high](YamlNode const& node) {
      auto const bytes = value(node, parse_size);
      if (bytes && (*bytes < low || *bytes > high)) {
        errors_.add(node.mark, "'" + node.text + "'; allowed: " + std::to_string(low) + " to " +
                                   std::to_string(high));
      } else if (bytes) {
        to = static_cast<Int>(*bytes);
      }
    });
  }

  template <class T>
  void word(std::string const& name, T& to, YamlWords<T> words) {
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
        errors_.add(node.mark, "'" + node.text + "'" + suggestion(node.text, allowed));
      }
    });
  }

  /// The items of a list, or the one that stands there alone, instead of what `to` has.
  /// @param parse  gives a Parsed<T> of an item's text.
  template <class T, class Parse>
  void list(std::string const& name, std::vector<T>& to, Parse parse) {
    key(name, [this, &to, parse](YamlNode const& node) {
      to.clear();
      for (auto const& item : node.is_sequence() ? node.items : std::vector{node}) {
        if (auto read = value(item, parse)) {
          to.push_back(*std::move(read));
        }
      }
    });
  }

  void read(YamlNode const& root) const;

  /// False, and an error, for what is none.
  [[nodiscard]] bool scalar(YamlNode const& node) const;

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

  TextErrors& errors_;
  std::vector<std::pair<std::string, Read>> keys_;
};

}  // namespace rpchspec::model
