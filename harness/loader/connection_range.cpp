#include "harness/loader/connection_range.hpp"

#include <charconv>
#include <optional>

namespace rpchspec::loader {
namespace {

using model::TextErrors;
using model::YamlNode;

constexpr std::string_view kTo = "..";

/// The text of a `vc` that is a range; null when it is none.
YamlNode const* range_of(YamlNode const& node) {
  auto const* vc = node.find("vc");
  return vc != nullptr && vc->is_scalar() && vc->text.find(kTo) != std::string::npos ? vc : nullptr;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  auto const whole = error == std::errc() && end == text.data() + text.size();
  return whole && value > 0 && value <= kMostVirtualConnections ? std::optional(value)
                                                                : std::nullopt;
}

YamlNode with_number(YamlNode node, std::uint32_t vc) {
  std::erase_if(node.entries, [](auto const& entry) { return entry.key == "label"; });
  for (auto& entry : node.entries) {
    if (entry.key == "vc") {
      entry.value.text = std::to_string(vc);
    }
  }
  return node;
}

}  // namespace

std::vector<YamlNode> for_each_connection(YamlNode const& node, TextErrors& errors) {
  auto const* range = range_of(node);
  if (range == nullptr) {
    return {node};
  }
  auto const at = range->text.find(kTo);
  auto const first = number(std::string_view(range->text).substr(0, at));
  auto const last = number(std::string_view(range->text).substr(at + kTo.size()));
  if (!first || !last || *first >= *last) {
    errors.add(range->mark, "'" + range->text + "' is no range of virtual connections, as 2.." +
                                std::to_string(kMostVirtualConnections) + " is");
    return {};
  }
  std::vector<YamlNode> all;
  for (auto vc = *first; vc <= *last; ++vc) {
    all.push_back(with_number(node, vc));
  }
  return all;
}

YamlNode side_by_side(YamlNode const& step, TextErrors& errors) {
  if (range_of(step) == nullptr) {
    return step;
  }
  auto branches = YamlNode::sequence(step.mark);
  for (auto& each : for_each_connection(step, errors)) {
    auto steps = YamlNode::sequence(step.mark, {std::move(each)});
    branches.items.push_back(
        YamlNode::mapping(step.mark, {{"steps", step.mark, std::move(steps)}}));
  }
  auto parallel = YamlNode::mapping(step.mark, {{"branches", step.mark, std::move(branches)}});
  auto out = YamlNode::mapping(step.mark, {{"parallel", step.mark, std::move(parallel)}});
  if (auto const* label = step.entry("label")) {
    out.entries.push_back(*label);
  }
  return out;
}

}  // namespace rpchspec::loader
