#include "model/strict_yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "model/utf8.hpp"

namespace rpchspec::model {
namespace {

Mark to_mark(YAML::Mark const& mark) {
  return {mark.line + 1, mark.column + 1};
}

/// Builds the tree; the first refusal ends the reading.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

  void OnDocumentStart(YAML::Mark const& mark) override {
    if (documents_++ > 0) {
      refuse(mark, "a second document; a file holds one");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    YamlNode node;
    node.mark = to_mark(mark);
    place(std::move(node));
  }

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t) override {
    refuse(mark, "an alias (*name); write the value out");
  }

  void OnScalar(YAML::Mark const& mark,
                std::string const& tag,
                YAML::anchor_t anchor,
                std::string const& value) override {
    check(mark, tag, anchor);
    place(YamlNode::scalar(to_mark(mark), value));
  }

  void OnSequenceStart(YAML::Mark const& mark,
                       std::string const& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open_.push_back({YamlNode::sequence(to_mark(mark)), {}});
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(YAML::Mark const& mark,
                  std::string const& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open_.push_back({YamlNode::mapping(to_mark(mark)), {}});
  }

  void OnMapEnd() override { close(); }

  YamlNode take() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    std::optional<YamlNode> key;
  };

  [[noreturn]] void refuse(YAML::Mark const& mark, std::string const& message) const {
    throw YAML::ParserException(mark, message);
  }

  void check(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor) const {
    if (anchor != 0) {
      refuse(mark, "an anchor (&name); write the value out where it is used");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(mark, "a tag (" + tag + "); the field says what type a value has");
    }
  }

  void close() {
    auto node = std::move(open_.back().node);
    open_.pop_back();
    place(std::move(node));
  }

  void place(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    auto& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = accept_key(parent.node, std::move(node));
    } else {
      parent.node.entries.push_back({parent.key->text, parent.key->mark, std::move(node)});
      parent.key.reset();
    }
  }

  [[nodiscard]] YamlNode accept_key(YamlNode const& mapping, YamlNode key) const {
    YAML::Mark mark;
    mark.line = key.mark.line - 1;
    mark.column = key.mark.column - 1;
    if (!key.is_scalar()) {
      refuse(mark, "a key must be a word, this is " + std::string(describe(key)));
    }
    if (auto const* first = mapping.entry(key.text)) {
      refuse(mark, "key '" + key.text + "' appears twice; first in line " +
                       std::to_string(first->mark.line));
    }
    return key;
  }

  std::string file_;
  std::size_t documents_ = 0;
  std::vector<Open> open_;
  YamlNode root_;
};

}  // namespace

YamlEntry const* YamlNode::entry(std::string_view key) const {
  for (auto const& each : entries) {
    if (each.key == key) {
      return &each;
    }
  }
  return nullptr;
}

YamlNode const* YamlNode::find(std::string_view key) const {
  auto const* found = entry(key);
  return found ? &found->value : nullptr;
}

YamlNode YamlNode::scalar(Mark where, std::string text) {
  YamlNode node;
  node.kind = Kind::scalar;
  node.mark = where;
  node.text = std::move(text);
  return node;
}

YamlNode YamlNode::sequence(Mark where) {
  return sequence(where, {});
}

YamlNode YamlNode::mapping(Mark where) {
  return mapping(where, {});
}

YamlNode YamlNode::sequence(Mark where, std::vector<YamlNode> items) {
  YamlNode node;
  node.kind = Kind::sequence;
  node.mark = where;
  node.items = std::move(items);
  return node;
}

YamlNode YamlNode::mapping(Mark where, std::vector<YamlEntry> entries) {
  YamlNode node;
  node.kind = Kind::mapping;
  node.mark = where;
  node.entries = std::move(entries);
  return node;
}

std::string_view describe(YamlNode const& node) {
  switch (node.kind) {
    case YamlNode::Kind::scalar:
      return "a scalar";
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
  }
  return "nothing";
}

tl::expected<YamlNode, TextError> parse_strict_yaml(std::string_view text,
                                                    std::string const& name) {
  if (text.size() > kMostYamlBytes) {
    return tl::unexpected(TextError{name, 1, 1, "the file is larger than 4 MiB"});
  }
  if (auto const bad = first_bad_utf8(text)) {
    return tl::unexpected(TextError{name, bad->where.line, bad->where.column, bad->what});
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(name);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (YAML::Exception const& error) {
    auto const mark = to_mark(error.mark);
    return tl::unexpected(TextError{name, mark.line, mark.column, error.msg});
  }
}

tl::expected<std::string, TextError> read_text(std::filesystem::path const& file) {
  std::error_code ignored;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, ignored)) {
    return tl::unexpected(TextError{file.string(), 1, 1, "cannot be read"});
  }
  std::string text(kMostYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

tl::expected<YamlNode, TextError> load_strict_yaml(std::filesystem::path const& file) {
  auto const text = read_text(file);
  return text ? parse_strict_yaml(*text, file.string()) : tl::unexpected(text.error());
}

}  // namespace rpchspec::model
