// YAML without its surprises: a tree with places, read from yaml-cpp's events.
//
// yaml-cpp's own Load lets anchors, duplicate keys and second documents pass, and guesses types.
// Here a scalar is text until the field it is meant for says what it is.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "model/text_error.hpp"

namespace rpchspec::model {

struct YamlEntry;

struct YamlNode {
  enum class Kind { scalar, null, sequence, mapping };

  Kind kind = Kind::null;
  Mark mark;
  std::string text;                // of a scalar, as written
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a mapping, in the file's order

  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }

  [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }

  [[nodiscard]] bool is_mapping() const { return kind == Kind::mapping; }

  /// The value of a key; null where there is none or this is no mapping.
  [[nodiscard]] YamlNode const* find(std::string_view key) const;
  [[nodiscard]] YamlEntry const* entry(std::string_view key) const;

  /// Builders for what sugar stands for; they keep the place of what was written.
  [[nodiscard]] static YamlNode scalar(Mark where, std::string text);
  [[nodiscard]] static YamlNode sequence(Mark where);
  [[nodiscard]] static YamlNode sequence(Mark where, std::vector<YamlNode> items);
  [[nodiscard]] static YamlNode mapping(Mark where);
  [[nodiscard]] static YamlNode mapping(Mark where, std::vector<YamlEntry> entries);
};

struct YamlEntry {
  std::string key;
  Mark mark;
  YamlNode value;
};

inline constexpr std::size_t kMostYamlBytes = 4 << 20;

/// Reads one document. Refused, each with its place: bytes that are not UTF-8, control characters,
/// a second document, anchors, aliases, tags, keys that are no scalars, keys that appear twice,
/// more than 4 MiB.
[[nodiscard]] tl::expected<YamlNode, TextError> parse_strict_yaml(std::string_view text,
                                                                  std::string const& name);

/// All of a file, which may be a pipe; of one with more than 4 MiB the begin, which is too large
/// for any reader. An unreadable one is an error at 1:1.
[[nodiscard]] tl::expected<std::string, TextError> read_text(std::filesystem::path const& file);

/// The same for a file; an unreadable one is an error at 1:1.
[[nodiscard]] tl::expected<YamlNode, TextError> load_strict_yaml(std::filesystem::path const& file);

/// "a mapping", "a list", "a scalar", "nothing": for error messages.
[[nodiscard]] std::string_view describe(YamlNode const& node);

}  // namespace rpchspec::model
