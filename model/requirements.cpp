#include "model/requirements.hpp"

#include <optional>

#include "model/strict_yaml.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::model {
namespace {

std::vector<std::string> const kKeys = {"id",       "section",  "role",  "level",
                                        "front",    "category", "text",  "observed_at",
                                        "stimulus", "expect",   "needs", "why_not"};
std::vector<std::string> const kRequired = {"id",    "section",  "role", "level",
                                            "front", "category", "text", "observed_at"};
std::vector<std::string> const kLevels = {"must", "should", "may", "product", "n/a"};
std::vector<std::string> const kRoles = {
    "both-proxies", "inbound-proxy", "outbound-proxy", "mixed-proxy", "client", "server", "front"};
std::vector<std::string> const kPlaces = {"client", "server", "both", "config", "unobservable"};

bool contains(std::vector<std::string> const& words, std::string_view word) {
  for (auto const& each : words) {
    if (each == word) {
      return true;
    }
  }
  return false;
}

/// Reads one entry; what is wrong goes to `errors`.
class EntryReader {
 public:
  EntryReader(YamlNode const& node, TextErrors& errors) : node_(node), errors_(errors) {}

  Requirement read() {
    check_keys();
    Requirement r;
    r.id = text("id");
    r.section = text("section");
    r.role = one_of("role", kRoles);
    r.level = level("level");
    r.front = level("front");
    r.category = text("category");
    r.text = text("text");
    r.observed_at = one_of("observed_at", kPlaces);
    r.stimulus = text("stimulus");
    r.expect = text("expect");
    r.why_not = text("why_not");
    r.needs = words("needs");
    check_id(r.id);
    return r;
  }

 private:
  void check_keys() {
    for (auto const& entry : node_.entries) {
      if (!contains(kKeys, entry.key)) {
        errors_.add(entry.mark, "unknown key '" + entry.key + "'" + suggestion(entry.key, kKeys));
      }
    }
    for (auto const& key : kRequired) {
      if (!node_.entry(key)) {
        errors_.add(node_.mark, "a requirement needs '" + key + "'");
      }
    }
  }

  void check_id(std::string const& id) {
    bool const known = id.starts_with("RPCH-") || id.starts_with("PROD-") ||
                       id.starts_with("HTTP-") || id.starts_with("FIELD-");
    if (!id.empty() && !known) {
      errors_.add(node_.find("id")->mark,
                  "id '" + id + "' must begin with RPCH-, PROD-, HTTP- or FIELD-");
    }
  }

  std::string text(std::string const& key) {
    auto const* value = node_.find(key);
    if (!value) {
      return {};
    }
    if (!value->is_scalar() || value->text.empty()) {
      errors_.add(value->mark,
                  "'" + key + "' wants a text, this is " + std::string(describe(*value)));
      return {};
    }
    return value->text;
  }

  std::string one_of(std::string const& key, std::vector<std::string> const& allowed) {
    auto word = text(key);
    if (!word.empty() && !contains(allowed, word)) {
      errors_.add(node_.find(key)->mark,
                  "unknown " + key + " '" + word + "'" + suggestion(word, allowed));
    }
    return word;
  }

  Level level(std::string const& key) {
    auto const word = one_of(key, kLevels);
    for (auto const each : {Level::must, Level::should, Level::may, Level::product}) {
      if (word == to_string(each)) {
        return each;
      }
    }
    return Level::not_applicable;
  }

  std::vector<std::string> words(std::string const& key) {
    std::vector<std::string> words;
    auto const* value = node_.find(key);
    if (value && !value->is_sequence()) {
      errors_.add(value->mark, "'" + key + "' wants a list");
    } else if (value) {
      for (auto const& item : value->items) {
        words.push_back(item.text);
      }
    }
    return words;
  }

  YamlNode const& node_;
  TextErrors& errors_;
};

tl::unexpected<Error> refuse(std::vector<TextError> const& errors) {
  Error error;
  error.code = ErrorCode::bad_syntax;
  for (auto const& each : errors) {
    error.detail += (error.detail.empty() ? "" : "\n") + to_string(each);
  }
  return fail(std::move(error));
}

Result<std::vector<Requirement>> read_all(YamlNode const& root, std::string const& name) {
  TextErrors errors(name);
  std::vector<Requirement> all;
  std::map<std::string, Mark> first;
  if (!root.is_sequence()) {
    errors.add(root.mark, "the file wants a list of requirements");
  }
  for (auto const& item : root.items) {
    if (!item.is_mapping()) {
      errors.add(item.mark, "a requirement is a mapping");
      continue;
    }
    auto requirement = EntryReader(item, errors).read();
    auto const [at, fresh] = first.try_emplace(requirement.id, item.mark);
    if (!fresh && !requirement.id.empty()) {
      errors.add(item.mark, "id '" + requirement.id + "' appears twice; first in line " +
                                std::to_string(at->second.line));
    }
    all.push_back(std::move(requirement));
  }
  if (!errors.empty()) {
    return refuse(errors.sorted());
  }
  return all;
}

}  // namespace

Result<RequirementRegistry> RequirementRegistry::parse(std::string_view yaml,
                                                       std::string const& name) {
  auto const root = parse_strict_yaml(yaml, name);
  if (!root) {
    return refuse({root.error()});
  }
  auto all = read_all(*root, name);
  if (!all) {
    return fail(std::move(all.error()));
  }
  RequirementRegistry registry;
  registry.all_ = std::move(*all);
  for (std::size_t i = 0; i < registry.all_.size(); ++i) {
    registry.index_.emplace(registry.all_[i].id, i);
  }
  return registry;
}

Result<RequirementRegistry> RequirementRegistry::load(std::filesystem::path const& file) {
  auto const text = read_text(file);
  if (!text) {
    return refuse({text.error()});
  }
  return parse(*text, file.string());
}

Requirement const* RequirementRegistry::find(std::string_view id) const {
  auto const found = index_.find(id);
  return found == index_.end() ? nullptr : &all_[found->second];
}

std::vector<Requirement> const& RequirementRegistry::all() const {
  return all_;
}

Level RequirementRegistry::level(std::string_view id, std::string_view topology) const {
  auto const* requirement = find(id);
  if (!requirement) {
    return Level::must;
  }
  return topology == "http-front" ? requirement->front : requirement->level;
}

}  // namespace rpchspec::model
