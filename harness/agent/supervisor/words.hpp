// What texts of a request may be made of. All that reaches a command line or a path passes here.

#pragma once

#include <string_view>

namespace rpchspec::supervisor {

inline constexpr char const* kNameForm =
    "letters, digits, - _ . ; 64 at most, a letter or digit first";

/// Of runs, fixtures, faults and targets: one component of a path, and no word of an option.
[[nodiscard]] bool is_name(std::string_view text);

/// A name of a scenario file: a name that ends in .yaml.
[[nodiscard]] bool is_file_name(std::string_view text);

/// A selector that names cases, never a file; the id of a case is one as well.
[[nodiscard]] bool is_selector(std::string_view text);

/// The value of an option: printable ASCII without quotes, spaces and what a shell knows.
[[nodiscard]] bool is_value(std::string_view text);

}  // namespace rpchspec::supervisor
