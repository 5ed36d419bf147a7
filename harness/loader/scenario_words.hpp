// What a scenario's id, its category and its needs may be, and whom and what its steps name.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::loader {

/// Folder, selector and JUnit class alike.
[[nodiscard]] std::vector<std::string> const& categories();

/// Why no proxy can state a fact like this, "NAME" or "NAME=VALUE"; empty when one can. The facts
/// are known to the layer above (targets::wrong_fact). Null: none is looked at.
using FactCheck = std::string (*)(std::string_view fact);

/// Why a scenario cannot need this; empty when it can.
[[nodiscard]] std::string wrong_need(std::string_view need, FactCheck wrong_fact);

/// Monitors that `monitors_off` may name.
[[nodiscard]] std::vector<std::string> const& monitor_names();

/// What `client.call` can do: "bind" and the operations of the three services and of mgmt.
[[nodiscard]] std::vector<std::string> const& operations();

/// Why this cannot be an id (without matrix values); empty when it can.
[[nodiscard]] std::string wrong_id(std::string_view id);

}  // namespace rpchspec::loader
