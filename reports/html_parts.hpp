// The parts of report.html, one function each. Private to reports.

#pragma once

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html_report.hpp"

namespace rpchspec::reports {

/// A case with a part of its own in the page.
struct DetailedCase {
  model::CaseResult const* result = nullptr;
  std::filesystem::path journal = {};                // empty: none was kept
  std::vector<model::Finding const*> findings = {};  // that it shows
  std::size_t turn = 0;                              // cases of a later one come behind it
};

/// What the parts share.
struct HtmlPage {
  HtmlReport const& report;
  std::vector<DetailedCase> detailed;                             // in turns, the worst first
  std::map<std::string, DetailedCase const*, std::less<>> by_id;  // those with a part of their own

  explicit HtmlPage(HtmlReport const& of);
  HtmlPage(HtmlPage const&) = delete;
  HtmlPage& operator=(HtmlPage const&) = delete;

  /// The case's id, as a link where it has a part of its own.
  [[nodiscard]] std::string case_link(std::string const& id) const;

  /// What the requirement asks, escaped; empty for an unknown one.
  [[nodiscard]] std::string requirement_text(std::string_view id) const;

  /// What else the finding breaks, each with what it asks; empty where it is nothing.
  [[nodiscard]] std::string also_html(model::Finding const& finding) const;
};

void write_summary(std::ostream& to, HtmlPage const& page);
void write_findings(std::ostream& to, HtmlPage const& page);
void write_case_table(std::ostream& to, HtmlPage const& page);
void write_timeline(std::ostream& to, HtmlPage const& page);
void write_coverage(std::ostream& to, HtmlPage const& page);
void write_choices(std::ostream& to, HtmlPage const& page);
void write_logs(std::ostream& to, HtmlPage const& page);

/// All that is known of one case. @param room  bytes left for evidence; less afterwards.
void write_case(std::ostream& to,
                HtmlPage const& page,
                DetailedCase const& which,
                std::size_t& room);

/// A verdict as a mark and its word: never told by colour alone.
[[nodiscard]] std::string verdict_mark(model::Verdict verdict);

/// A command with a button that copies it.
[[nodiscard]] std::string command_html(std::string_view command);

/// One line of a list of what is known, as "seen"; nothing where there is nothing to say of it.
void write_known(std::ostream& to, std::string_view name, std::string const& html);

/// The id of the case's part, as it is in the document.
[[nodiscard]] std::string case_anchor(std::string_view id);

}  // namespace rpchspec::reports
