#include <algorithm>

#include <fmt/format.h>

#include "reports/compare_parts.hpp"
#include "reports/markdown.hpp"

namespace rpchspec::reports {

namespace {

constexpr std::size_t kMostCases = 10;  // of a part

}  // namespace

std::string compare_markdown(Comparison const& comparison) {
  std::string text = "\n#### Compared with the base\n\n";
  for (auto const& part : parts_of(comparison)) {
    if (part.cases.empty()) {
      continue;
    }
    text += fmt::format("- {}: {}\n", part.name == "regressed" ? "**regressed**" : part.name,
                        part.cases.size());
    for (std::size_t i = 0; i < std::min(part.cases.size(), kMostCases); ++i) {
      text += fmt::format("  - {} {}\n", markdown_code(part.cases[i].id),
                          difference_text(part, part.cases[i]));
    }
    if (part.cases.size() > kMostCases) {
      text += fmt::format("  - and {} more\n", part.cases.size() - kMostCases);
    }
  }
  if (!comparison.choices.empty()) {
    text += fmt::format("- chosen otherwise: {}\n", comparison.choices.size());
  }
  for (auto const& each : comparison.choices) {
    text += fmt::format("  - {}: {} -> {}\n", markdown_text(each.what, 100),
                        markdown_text(each.before), markdown_text(each.now));
  }
  return text + fmt::format("- as before: {}\n", comparison.same);
}

}  // namespace rpchspec::reports
