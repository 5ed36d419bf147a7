#include "model/yaml_mapping.hpp"

#include <algorithm>

namespace rpchspec::model {

void YamlMapping::text(std::string name, std::string& to) {
  key(std::move(name), [this, &to](YamlNode const& node) {
    if (scalar(node)) {
      to = node.text;
    }
  });
}

void YamlMapping::read(YamlNode const& root) const {
  if (!root.is_mapping()) {
    errors_.add(root.mark, "expected a mapping, found " + std::string(describe(root)));
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
      errors_.add(entry.mark, "unknown key '" + entry.key + "'" + suggestion(entry.key, names));
    } else {
      at->second(entry.value);
    }
  }
}

bool YamlMapping::scalar(YamlNode const& node) const {
  if (!node.is_scalar()) {
    errors_.add(node.mark, "expected a scalar, found " + std::string(describe(node)));
  }
  return node.is_scalar();
}

}  // namespace rpchspec::model
