// What the proxy chose, in report.html.

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"

namespace rpchspec::reports {

void write_choices(std::ostream& to, HtmlPage const& page) {
  auto const subjects = by_subject(page.report.run.choices);
  if (subjects.empty()) {
    return;
  }
  to << "<section id=choices aria-labelledby=h-choices><h2 id=h-choices>What it chose</h2>\n"
        "<p>Where the standard leaves it open, or can be read either way. No part of any "
        "verdict.</p>\n<table><thead><tr><th scope=col>What</th><th scope=col>Chosen</th>"
        "<th scope=col>Cases</th><th scope=col class=more>For example</th><th scope=col "
        "class=more>Allowed by</th>"
        "</tr></thead><tbody>\n";
  for (auto const& subject : subjects) {
    bool first = true;
    for (auto const* each : subject.all) {
      to << "<tr>";
      if (first) {
        to << fmt::format("<th scope=rowgroup rowspan={}>{}</th>", subject.all.size(),
                          escaped(each->what));
      }
      to << fmt::format("<td>{}</td><td class=num>{}</td><td class=more>", escaped(each->chosen),
                        each->cases)
         << page.case_link(each->example) << "</td><td class=more>" << escaped(each->allowed_by)
         << "</td></tr>\n";
      first = false;
    }
  }
  to << "</tbody></table></section>\n";
}

}  // namespace rpchspec::reports
