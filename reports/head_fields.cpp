#include "reports/head_fields.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/http_head.hpp"

namespace rpchspec::reports {

std::string missing_field(std::string_view text,
                          WantedHeaders const& wanted,
                          HeaderNames const& absent,
                          Parameters const& parameters) {
  for (auto const& header : wanted) {
    auto const values = values_of(text, header.name());
    if (values.empty()) {
      return fmt::format("no {}", header.name());
    }
    if (std::none_of(values.begin(), values.end(), [&](std::string_view value) {
          return matches(header.value(), value, parameters);
        })) {
      return fmt::format("{}: {}", header.name(), values.front());
    }
  }
  for (auto const& name : absent) {
    if (auto const values = values_of(text, name); !values.empty()) {
      return fmt::format("{}: {}", name, values.front());
    }
  }
  return {};
}

std::string header_text(WantedHeaders const& headers, HeaderNames const& absent) {
  std::string text;
  for (auto const& header : headers) {
    text += fmt::format(", {}: {}", header.name(), header.value());
  }
  for (auto const& name : absent) {
    text += fmt::format(", no {}", name);
  }
  return text;
}

std::string shown(std::string_view line) {
  std::string text;
  for (char const c : line.substr(0, 120)) {
    text += c >= ' ' && c <= '~' ? c : '?';
  }
  return line.size() > 120 ? text + "..." : text;
}

}  // namespace rpchspec::reports
