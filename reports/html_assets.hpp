// The style and the script of report.html: html/*.css and html/*.js, carried in the program.

#pragma once

#include <string_view>

namespace rpchspec::reports {

[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

/// "sha256-...": by which the page's Content-Security-Policy allows its script and no other.
[[nodiscard]] std::string_view page_script_digest();

}  // namespace rpchspec::reports
