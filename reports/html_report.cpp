#include "reports/html_report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "reports/html_assets.hpp"
#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"

namespace rpchspec::reports {
namespace {

/// Nothing may be fetched, and no script may run but the page's own.
void write_head(std::ostream& to, model::RunResult const& run) {
  to << "<!doctype html>\n<html lang=en>\n<head><meta charset=utf-8>\n"
     << fmt::format(
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; script-src "
            "'{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
            "'none'\">\n",
            page_script_digest())
     << "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=color-scheme content=\"light dark\">\n<link rel=icon href=\"data:,\">\n<title>"
     << escaped(run.target.name) << " – rpchspec</title>\n<style>\n"
     << page_style() << "</style></head>\n";
}

void write_contents(std::ostream& to, HtmlPage const& page) {
  to << "<nav class=contents aria-label=Contents>";
  if (!page.report.run.findings.empty()) {
    to << "<a href=\"#findings\">Findings</a> ";
  }
  to << "<a href=\"#cases\">Cases</a> <a href=\"#timeline\">Timeline</a>";
  if (page.report.registry != nullptr) {
    to << " <a href=\"#coverage\">Coverage</a>";
  }
  if (!page.report.run.choices.empty()) {
    to << " <a href=\"#choices\">Choices</a>";
  }
  to << "</nav>\n";
}

}  // namespace

Result<void> write_html(std::ostream& to, HtmlReport const& report) {
  HtmlPage const page(report);
  write_head(to, report.run);
  to << "<body>\n<a class=jump href=\"#cases\">To the cases</a>\n<main>\n<div id=overview>\n";
  write_summary(to, page);
  write_contents(to, page);
  write_findings(to, page);
  write_case_table(to, page);
  write_timeline(to, page);
  write_coverage(to, page);
  write_choices(to, page);
  write_logs(to, page);
  to << "</div>\n<section id=details aria-labelledby=h-details><h2 id=h-details>Cases in "
        "detail</h2>\n<nav id=case-bar class=case-bar aria-label=\"Cases in detail\" "
        "hidden></nav>\n";
  auto room = report.evidence_bytes;
  for (auto const& each : page.detailed) {
    auto own = std::min(room, report.case_bytes);
    auto const before = own;
    write_case(to, page, each, own);
    room -= before - own;
  }
  to << "</section>\n</main>\n<script>" << page_script() << "</script>\n</body></html>\n";
  if (!to) {
    return fail({ErrorCode::io, 0, "report.html", "", "it could not be written"});
  }
  return {};
}

}  // namespace rpchspec::reports
