#include "harness/loader/matrix.hpp"

#include <algorithm>
#include <set>

#include "harness/loader/stated_value.hpp"
#include "harness/loader/suite_version.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::loader {
namespace {

using model::TextErrors;
using model::YamlEntry;
using model::YamlNode;

struct Choice {
  std::string word;
  YamlNode value;
};

struct Dimension {
  std::string name;
  model::Mark mark;
  std::string since;
  std::vector<Choice> choices;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool fits_id(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return is_word(c) || c == '-' || c == '.' || c == '+';
  });
}

std::vector<Choice> read_choices(YamlNode const& list,
                                 std::string const& name,
                                 TextErrors& errors) {
  std::vector<Choice> choices;
  if (!list.is_sequence() || list.items.empty()) {
    errors.add(list.mark, "matrix dimension '" + name + "' wants a list of values");
    return choices;
  }
  for (auto const& item : list.items) {
    bool const named = item.is_mapping() && item.entries.size() == 1;
    if (!item.is_scalar() && !named) {
      errors.add(item.mark, "a matrix value is a word, or one word with what it stands for");
      continue;
    }
    auto const& word = named ? item.entries.front().key : item.text;
    if (!fits_id(word)) {
      errors.add(item.mark,
                 "'" + word + "' cannot stand in an id; name it, as in {b1: " + word + "}");
    }
    choices.push_back({word, named ? item.entries.front().value : item});
  }
  return choices;
}

Dimension read_dimension(YamlEntry const& entry, TextErrors& errors) {
  Dimension dimension{entry.key, entry.mark, {}, {}};
  auto const* values = &entry.value;
  if (entry.value.is_mapping()) {
    auto const* since = entry.value.find("since");
    values = entry.value.find("values");
    if (!since || !is_suite_version(since->text) || !values || entry.value.entries.size() != 2) {
      errors.add(entry.value.mark, "a dimension is a list, or {since: \"1.1\", values: [...]}");
      return dimension;
    }
    dimension.since = since->text;
  }
  dimension.choices = read_choices(*values, entry.key, errors);
  return dimension;
}

std::vector<Dimension> read_matrix(YamlNode const& matrix, TextErrors& errors) {
  std::vector<Dimension> dimensions;
  if (!matrix.is_mapping()) {
    errors.add(matrix.mark,
               "'matrix' wants a mapping of dimensions, this is " + std::string(describe(matrix)));
  }
  std::size_t total = 1;
  for (auto const& entry : matrix.entries) {
    auto dimension = read_dimension(entry, errors);
    if (dimension.choices.empty()) {
      continue;
    }
    total *= dimension.choices.size();
    if (total > kMostVariants) {
      errors.add(entry.mark,
                 "the matrix makes more than " + std::to_string(kMostVariants) + " cases");
      break;
    }
    dimensions.push_back(std::move(dimension));
  }
  return dimensions;
}

/// Puts the values of one case in place.
class Substitution {
 public:
  Substitution(std::map<std::string, Choice const*> values, TextErrors& errors)
      : values_(std::move(values)), errors_(errors) {}

  YamlNode apply(YamlNode const& node) {
    if (node.is_scalar()) {
      return scalar(node);
    }
    YamlNode out = node;
    for (auto& item : out.items) {
      item = apply(item);
    }
    for (auto& entry : out.entries) {
      entry.key = text(entry.key, entry.mark);
      entry.value = apply(entry.value);
    }
    return out;
  }

  [[nodiscard]] std::set<std::string> const& used() const { return used_; }

 private:
  YamlNode scalar(YamlNode const& node) {
    if (node.text.starts_with('$')) {
      if (auto const found = values_.find(node.text.substr(1)); found != values_.end()) {
        used_.insert(found->first);
        auto value = found->second->value;
        value.mark = node.mark;
        return value;
      }
    }
    return YamlNode::scalar(node.mark, text(node.text, node.mark));
  }

  std::string text(std::string_view from, model::Mark mark) {
    std::string out;
    while (!from.empty()) {
      auto const at = from.find('$');
      out += from.substr(0, at);
      if (at == std::string_view::npos) {
        break;
      }
      from.remove_prefix(at);
      from.remove_prefix(variable(from, out, mark));
    }
    return out;
  }

  /// Appends what "$name" or "${name}" stands for; how many characters it was.
  std::size_t variable(std::string_view from, std::string& out, model::Mark mark) {
    bool const braces = from.size() > 1 && from[1] == '{';
    std::size_t const begin = braces ? 2 : 1;
    std::size_t end = begin;
    while (end < from.size() && is_word(from[end])) {
      ++end;
    }
    std::string const name(from.substr(begin, end - begin));
    auto const length = std::min(from.size(), end + (braces ? 1 : 0));
    auto const found = values_.find(name);
    if (found == values_.end()) {
      check_runtime(name, mark);
      out += from.substr(0, length);
    } else if (!found->second->value.is_scalar()) {
      errors_.add(mark, "'$" + name + "' stands for more than a text; it must be the whole value");
    } else {
      used_.insert(name);
      out += found->second->value.text;
    }
    return length;
  }

  /// Names that the run fills in; everything else in lower case is a mistake.
  void check_runtime(std::string const& name, model::Mark mark) {
    bool const parameter = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
    std::vector<std::string> known{"server_name", "port",     "proxy",   "target",
                                   "store",       "referral", "address", "before_store",
                                   "after_store", "mapper"};
    known.insert(known.end(), followed_facts().begin(), followed_facts().end());
    auto const runs = std::find(known.begin(), known.end(), name) != known.end();
    if (name.empty() || parameter || runs) {
      return;
    }
    for (auto const& [dimension, choice] : values_) {
      known.push_back(dimension);
    }
    errors_.add(mark, "unknown variable '$" + name + "'" + model::suggestion(name, known));
  }

  std::map<std::string, Choice const*> values_;
  TextErrors& errors_;
  std::set<std::string> used_;
};

YamlNode without_matrix(YamlNode const& scenario) {
  YamlNode out = scenario;
  std::erase_if(out.entries, [](YamlEntry const& entry) { return entry.key == "matrix"; });
  return out;
}

}  // namespace

std::vector<Variant> expand_matrix(YamlNode const& scenario, TextErrors& errors) {
  auto const* matrix = scenario.find("matrix");
  auto const dimensions = matrix ? read_matrix(*matrix, errors) : std::vector<Dimension>{};
  auto const body = without_matrix(scenario);
  std::size_t total = 1;
  for (auto const& dimension : dimensions) {
    total *= dimension.choices.size();
  }
  std::vector<Variant> variants;
  std::set<std::string> used;
  for (std::size_t i = 0; i < total; ++i) {
    Variant variant;
    std::map<std::string, Choice const*> values;
    std::size_t rest = total;
    for (auto const& dimension : dimensions) {
      rest /= dimension.choices.size();
      auto const index = i / rest % dimension.choices.size();
      auto const& choice = dimension.choices[index];
      values[dimension.name] = &choice;
      variant.values[dimension.name] = choice.word;
      if (dimension.since.empty() || index > 0) {
        variant.suffix += (variant.suffix.empty() ? "@" : ",") + choice.word;
        if (before(variant.since, dimension.since)) {
          variant.since = dimension.since;
        }
      }
    }
    Substitution substitution(std::move(values), errors);
    variant.scenario = substitution.apply(body);
    used.insert(substitution.used().begin(), substitution.used().end());
    variants.push_back(std::move(variant));
  }
  for (auto const& dimension : dimensions) {
    if (!used.contains(dimension.name)) {
      errors.add(dimension.mark, "matrix dimension '" + dimension.name + "' is never used");
    }
  }
  return variants;
}

}  // namespace rpchspec::loader
