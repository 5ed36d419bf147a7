#include "reports/choices_text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "reports/markdown.hpp"
#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {

using model::ChoiceResult;

namespace {

constexpr std::size_t kLinesOnTheTerminal = 8;
constexpr std::size_t kRowsInSummary = 40;

std::set<std::string> chosen_words(ChosenOf const& subject) {
  std::set<std::string> words;
  for (auto const* each : subject.all) {
    words.insert(each->chosen);
  }
  return words;
}

}  // namespace

std::string chosen_text(ChosenOf const& subject) {
  if (subject.all.size() == 1) {
    return subject.first->chosen;
  }
  std::string text;
  for (auto const* each : subject.all) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", each->chosen, each->cases);
  }
  return text;
}

std::string choices_text(std::vector<ChoiceResult> const& choices) {
  auto const subjects = by_subject(choices);
  if (subjects.empty()) {
    return {};
  }
  auto const shown = std::min(subjects.size(), kLinesOnTheTerminal);
  std::string text = "What it chose, where either is right:\n";
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("  {}: {}\n", harmless(subjects[i].first->what),
                        harmless(chosen_text(subjects[i])));
  }
  if (shown < subjects.size()) {
    text += fmt::format("  and {} more in summary.md\n", subjects.size() - shown);
  }
  return text;
}

std::string choices_markdown(std::vector<ChoiceResult> const& choices) {
  auto const subjects = by_subject(choices);
  if (subjects.empty()) {
    return {};
  }
  std::string text =
      "\n#### What it chose\n\nWhere either is right; no part of any verdict.\n\n"
      "| what | chosen (cases) | allowed by | for example |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(subjects.size(), kRowsInSummary); ++i) {
    auto const& first = *subjects[i].first;
    text += fmt::format("| {} | {} | {} | {} |\n", markdown_text(first.what, 100),
                        markdown_text(chosen_text(subjects[i])),
                        markdown_text(first.allowed_by, 60), markdown_code(first.example, 120));
  }
  return text;
}

std::vector<ChangedChoice> changed_choices(std::vector<ChoiceResult> const& base,
                                           std::vector<ChoiceResult> const& now) {
  auto const before = by_subject(base);
  std::vector<ChangedChoice> changed;
  for (auto const& subject : by_subject(now)) {
    auto const known = std::find_if(before.begin(), before.end(), [&](ChosenOf const& each) {
      return each.first->subject == subject.first->subject;
    });
    if (known != before.end() && chosen_words(*known) != chosen_words(subject)) {
      changed.push_back({subject.first->what, chosen_text(*known), chosen_text(subject)});
    }
  }
  return changed;
}

}  // namespace rpchspec::reports
