// How the reports write JSON.

#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace rpchspec::reports {

/// Text from a peer may be no UTF-8; the file must be. Every byte that is none becomes U+FFFD.
[[nodiscard]] std::string utf8(std::string_view text);

/// Boost.JSON writes on one line only; a file that people diff has one field a line.
[[nodiscard]] std::string indented(boost::json::value const& value);

}  // namespace rpchspec::reports
