// JSON with line breaks: for files that are committed and read.

#pragma once

#include <string>

#include <boost/json.hpp>

namespace rpchspec::loader {

/// Two spaces a level; short arrays and objects without nesting stay on one line; ends with LF.
[[nodiscard]] std::string pretty(boost::json::value const& value);

}  // namespace rpchspec::loader
