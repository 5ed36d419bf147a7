// What a proxy chose, as words for the reports. Private to reports.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/choices.hpp"

namespace rpchspec::reports {

/// "IPv4 reversed", "120000 ms (310), 30000 ms (2)": numbers of cases where there is more than one.
[[nodiscard]] std::string chosen_text(ChosenOf const& subject);

/// For the terminal: one line for each of the first subjects, and how many more there are.
[[nodiscard]] std::string choices_text(std::vector<model::ChoiceResult> const& choices);

/// For summary.md: a table that can be unfolded.
[[nodiscard]] std::string choices_markdown(std::vector<model::ChoiceResult> const& choices);

/// One subject of which two runs say something else. Nothing is said of one that only one run saw.
struct ChangedChoice {
  std::string what;
  std::string before;
  std::string now;
};

[[nodiscard]] std::vector<ChangedChoice> changed_choices(
    std::vector<model::ChoiceResult> const& base, std::vector<model::ChoiceResult> const& now);

}  // namespace rpchspec::reports
