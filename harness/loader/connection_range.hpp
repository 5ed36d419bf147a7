// `vc: 2..200`: one step, or one expectation, for each of these virtual connections.

#pragma once

#include <vector>

#include "model/strict_yaml.hpp"

namespace rpchspec::loader {

/// More of them than a case can have of servers' ports on one machine.
inline constexpr std::uint32_t kMostVirtualConnections = 4096;

/// A copy of the step or expectation for each number of its `vc`, the label left out; the node
/// itself where `vc` is no range. What is wrong is added to `errors`, and gives no copy.
[[nodiscard]] std::vector<model::YamlNode> for_each_connection(model::YamlNode const& node,
                                                               model::TextErrors& errors);

/// The same as one step: side by side, in a `parallel` that has the label.
[[nodiscard]] model::YamlNode side_by_side(model::YamlNode const& step, model::TextErrors& errors);

}  // namespace rpchspec::loader
