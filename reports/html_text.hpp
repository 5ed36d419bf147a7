// How the reports write HTML: whatever comes from a proxy or a run is text, and stays text.

#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace rpchspec::reports {

/// For content and for attributes in double or single quotes. Bytes that are no UTF-8 and control
/// characters other than tab and line end become U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

/// A relative path as a link: its '%', '#', '?' and blanks percent-encoded, and escaped.
[[nodiscard]] std::string path_link(std::string_view path);

/// Text as the fragment of a link ("#" not included) to the element that has it as its id.
[[nodiscard]] std::string fragment(std::string_view text);

/// JSON for a <script type="application/json">: no '<' in it, so that nothing ends the element.
[[nodiscard]] std::string script_json(boost::json::value const& value);

}  // namespace rpchspec::reports
