// How the reports write JSON.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace rpchspec::reports {

/// Text from a peer may be no UTF-8; the file must be. Every byte that is none becomes U+FFFD.
[[nodiscard]] std::string utf8(std::string_view text);

/// Texts from a peer, as above.
[[nodiscard]] boost::json::array texts_json(std::vector<std::string> const& texts);

/// Boost.JSON writes on one line only; a file that people diff has one field a line.
[[nodiscard]] std::string indented(boost::json::value const& value);

}  // namespace rpchspec::reports
