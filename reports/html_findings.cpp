// Findings in report.html: causes, each with its three lines and the cases that show it.

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {
namespace {

constexpr std::size_t kCasesShown = 20;

std::string cases_html(HtmlPage const& page, model::Finding const& finding) {
  std::string html;
  for (std::size_t i = 0; i < finding.cases.size() && i < kCasesShown; ++i) {
    html += (i == 0 ? "" : ", ") + page.case_link(finding.cases[i]);
  }
  if (finding.cases.size() > kCasesShown) {
    html += fmt::format(" and {} more", finding.cases.size() - kCasesShown);
  }
  return html;
}

void write_finding(std::ostream& to, HtmlPage const& page, model::Finding const& finding) {
  auto const verdict = finding.waived   ? model::Verdict::waived
                       : fails(finding) ? model::Verdict::fail
                                        : model::Verdict::warn;
  to << "<article class=\"finding " << model::to_string(verdict) << "\"><h3>"
     << verdict_mark(verdict) << ' ' << escaped(kind_words(finding.kind)) << " <span class=id>"
     << escaped(finding.leg) << "</span></h3>\n<dl class=three>";
  write_known(
      to, "required",
      fmt::format("<span class=id>{}</span> ({}) {}", escaped(finding.requirement),
                  model::to_string(finding.level), page.requirement_text(finding.requirement)));
  write_known(to, "also", page.also_html(finding));
  write_known(to, "expected", escaped(finding.expected));
  write_known(to, "seen", escaped(finding.seen));
  write_known(to, finding.cases.size() == 1 ? "case" : "cases", cases_html(page, finding));
  to << "</dl>";
  if (!finding.rerun.empty()) {
    to << command_html(finding.rerun);
  }
  to << "</article>\n";
}

}  // namespace

void write_findings(std::ostream& to, HtmlPage const& page) {
  auto const& findings = page.report.run.findings;
  if (findings.empty()) {
    return;
  }
  to << fmt::format(
      "<section id=findings aria-labelledby=h-findings><h2 id=h-findings>Findings "
      "<span class=n>{}</span></h2>\n",
      findings.size());
  for (auto const& finding : findings) {
    write_finding(to, page, finding);
  }
  to << "</section>\n";
}

}  // namespace rpchspec::reports
