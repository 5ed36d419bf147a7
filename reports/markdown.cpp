#include "reports/markdown.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model/suggestion.hpp"
#include "reports/choices_text.hpp"
#include "reports/json_text.hpp"
#include "reports/probe.hpp"
#include "reports/terminal.hpp"
#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {

using model::Finding;
using model::RunResult;
using model::Verdict;

namespace {

constexpr std::string_view kCut = "...";

/// As Markdown shows it. A mention, an issue's number, HTML and a link are no matter of escaping.
std::string escaped_char(char c) {
  constexpr std::string_view kMarkup = "\\`*_{}[]()+!|~";
  if (std::string_view("@#<>&:").find(c) != std::string_view::npos) {
    return fmt::format("&#{};", static_cast<int>(c));
  }
  return kMarkup.find(c) == std::string_view::npos ? std::string(1, c) : std::string{'\\', c};
}

std::string without_last_character(std::string text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) {
    text.pop_back();
  }
  if (!text.empty()) {
    text.pop_back();
  }
  return text;
}

/// One line of well-formed text without control characters, at most so many bytes.
std::string one_line(std::string_view text, std::size_t most) {
  auto line = utf8(text);
  for (auto& c : line) {
    bool const control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    c = control ? ' ' : c;
  }
  if (line.size() > most) {
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) {
      --end;
    }
    line = line.substr(0, end).append(kCut);
  }
  return line;
}

std::string sightings(Finding const& finding) {
  auto const& cases = finding.cases;
  auto text = cases.empty() ? std::string() : markdown_code(cases.front());
  return cases.size() < 2 ? text : text + fmt::format(" and {} more", cases.size() - 1);
}

std::string finding_block(Finding const& finding) {
  auto const word = finding.waived ? "waived" : fails(finding) ? "**finding**" : "warning";
  auto text = fmt::format("- {} {} {} ({}), {}: {}\n", word, markdown_code(finding.id),
                          markdown_code(finding.requirement), model::to_string(finding.level),
                          markdown_text(kind_words(finding.kind)), sightings(finding));
  if (!finding.also.empty()) {
    text += fmt::format("  - also: {}\n", markdown_text(model::join(finding.also)));
  }
  text += fmt::format("  - expected: {}\n  - seen: {}\n", markdown_text(finding.expected),
                      markdown_text(finding.seen));
  return finding.rerun.empty() ? text
                               : text + "  - again: " + markdown_code(finding.rerun, 300) + "\n";
}

std::string findings_part(RunResult const& run) {
  auto const findings = by_weight(run);
  std::string text;
  for (std::size_t i = 0; i < std::min(findings.size(), kFindingsInSummary); ++i) {
    text += finding_block(*findings[i]);
  }
  if (findings.size() > kFindingsInSummary) {
    text += fmt::format("- and {} more findings\n", findings.size() - kFindingsInSummary);
  }
  return text.empty() ? text : "\n#### Findings\n\n" + text;
}

/// What a person must read one by one.
std::string unjudged_part(RunResult const& run) {
  std::string text;
  std::size_t count = 0;
  for (auto const& result : run.cases) {
    bool const telling = result.verdict == Verdict::blocked || result.verdict == Verdict::error ||
                         result.verdict == Verdict::not_run || result.suspect;
    if (telling && ++count <= kCasesInSummary) {
      text += fmt::format("- {}{} {}: {}\n", model::to_string(result.verdict),
                          result.suspect ? ", suspect" : "", markdown_code(result.id),
                          markdown_text(first_line(result.message), 200));
    }
  }
  if (count > kCasesInSummary) {
    text += fmt::format("- and {} more\n", count - kCasesInSummary);
  }
  return text.empty() ? text : "\n#### Not judged\n\n" + text;
}

std::string headline(RunResult const& run) {
  auto const count = [&](Verdict verdict) {
    auto const found = run.summary.find(verdict);
    return found == run.summary.end() ? std::size_t{0} : found->second;
  };
  if (auto const red = count(Verdict::fail); red != 0) {
    return fmt::format("{} of {} cases failed", red, run.cases.size());
  }
  if (count(Verdict::blocked) + count(Verdict::error) + count(Verdict::not_run) != 0) {
    return "not all of it could be judged";
  }
  return count(Verdict::pass) + count(Verdict::warn) + count(Verdict::waived) == 0
             ? "nothing was judged"
             : "nothing failed";
}

}  // namespace

std::string markdown_code(std::string_view text, std::size_t most) {
  auto line = one_line(text, most);
  std::replace(line.begin(), line.end(), '`', '\'');
  return line.empty() ? line : "`" + line + "`";
}

std::string markdown_text(std::string_view text, std::size_t most) {
  std::string out;
  for (char const c : one_line(text, most)) {
    auto const piece = escaped_char(c);
    if (out.size() + piece.size() > most + kCut.size()) {
      return without_last_character(std::move(out)).append(kCut);
    }
    out += piece;
  }
  return out;
}

std::string markdown_summary(RunResult const& run) {
  auto text = fmt::format("### rpchspec: {}\n\n{} in {}\n\n", headline(run),
                          counts_text(run.summary, Colour::off), duration_text(run.duration_s));
  text += fmt::format("Target {} ({}), suite {}, rpchspec {}, seed {}.\n",
                      markdown_code(run.target.name), markdown_text(run.target.topology),
                      markdown_text(run.suite), markdown_text(run.tool_version), run.seed);
  if (auto const probed = probed_text(run.target.probed); !probed.empty()) {
    text += fmt::format("Its first cases told {}.\n", markdown_code(probed));
  }
  for (auto const& line : disagreements(run.target.probed)) {
    text += fmt::format("\n{}.\n", markdown_text(line));
  }
  if (!run.complete) {
    text += "\n**The run is not complete.**\n";
  }
  return text + findings_part(run) + unjudged_part(run) + choices_markdown(run.choices);
}

}  // namespace rpchspec::reports
