// What a scenario's id, its category and its needs may be, and whom and what its steps name.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::loader {

/// Folder, selector and JUnit class alike.
[[nodiscard]] std::vector<std::string> const& categories();

/// Facts that a scenario may ask for with "fact:NAME", and the other forms of `needs`.
[[nodiscard]] bool is_need(std::string_view need);

/// Monitors that `monitors_off` may name.
[[nodiscard]] std::vector<std::string> const& monitor_names();

/// What `client.call` can do: "bind" and the operations of the three services and of mgmt.
[[nodiscard]] std::vector<std::string> const& operations();

/// Why this cannot be an id (without matrix values); empty when it can.
[[nodiscard]] std::string wrong_id(std::string_view id);

}  // namespace rpchspec::loader
