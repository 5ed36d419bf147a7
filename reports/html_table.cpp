// The table of all cases in report.html, and the controls that filter it.

#include <set>

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/results_names.hpp"
#include "reports/terminal.hpp"
#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {
namespace {

constexpr std::size_t kRequirementsShown = 2;

/// Scripts alone can filter: without them the controls stay hidden.
void write_filters(std::ostream& to, model::RunResult const& run) {
  to << "<form id=filters class=filters role=search aria-label=\"Filter cases\" hidden>\n<label "
        "class=grow>Text<input id=f-text type=search placeholder=\"id, title, words "
        "( / )\" autocomplete=off></label>\n<label>Category<select id=f-category><option "
        "value=\"\">all</option>";
  std::set<std::string> categories;
  for (auto const& result : run.cases) {
    categories.insert(result.category);
  }
  for (auto const& category : categories) {
    to << "<option>" << escaped(category) << "</option>";
  }
  to << "</select></label>\n<label>Requirement<input id=f-requirement type=search "
        "list=requirement-ids placeholder=\"RPCH-3.2\" autocomplete=off></label>\n<datalist "
        "id=requirement-ids>";
  for (auto const& requirement : run.requirements) {
    to << "<option value=\"" << escaped(requirement.id) << "\">";
  }
  to << "</datalist>\n<fieldset><legend>Verdict</legend>";
  for (auto const verdict : kVerdicts) {
    auto const found = run.summary.find(verdict);
    if (found != run.summary.end() && found->second != 0) {
      to << fmt::format(
          "<label class=chip><input type=checkbox name=verdict value=\"{}\">{}<span class=n>{}"
          "</span></label>",
          model::to_string(verdict), verdict_mark(verdict), found->second);
    }
  }
  to << "</fieldset>\n<button type=reset>Clear</button>\n</form>\n"
        "<p id=shown class=tally role=status aria-live=polite></p>\n";
}

std::string requirements_html(model::CaseResult const& result) {
  std::string html;
  auto const& ids = result.requirements;
  for (std::size_t i = 0; i < ids.size() && i < kRequirementsShown; ++i) {
    html += (i == 0 ? "" : " ") + escaped(ids[i]);
  }
  if (ids.size() > kRequirementsShown) {
    html += fmt::format(" +{}", ids.size() - kRequirementsShown);
  }
  return html;
}

/// What was seen, or why it was not looked at: the last of the three lines, or the only one.
std::string reason(std::string const& message) {
  constexpr std::string_view kSeen = "\nseen:";
  auto const at = message.find(kSeen);
  auto const text =
      at == std::string::npos ? first_line(message) : first_line(message.substr(at + kSeen.size()));
  auto const from = text.find_first_not_of(' ');
  return from == std::string::npos ? std::string() : text.substr(from);
}

void write_row(std::ostream& to, HtmlPage const& page, model::CaseResult const& result) {
  to << fmt::format(
      "<tr data-v=\"{}\" data-c=\"{}\" data-r=\"{}\" data-s=\"{:.3f}\" "
      "data-t=\"{:.3f}\"><td>{}</td>",
      model::to_string(result.verdict), escaped(result.category),
      escaped(fmt::format("{}", fmt::join(result.requirements, " "))), result.started_s,
      result.duration_s, verdict_mark(result.verdict));
  to << "<th scope=row>" << page.case_link(result.id);
  if (result.suspect) {
    to << " <span class=suspect>suspect</span>";
  }
  to << "<span class=title>" << escaped(result.title) << "</span>";
  if (auto const why = reason(result.message); !why.empty()) {
    to << "<span class=why>" << escaped(why) << "</span>";
  }
  to << "</th><td class=ids>" << requirements_html(result) << "</td><td class=num>"
     << (result.duration_s > 0 ? duration_text(result.duration_s) : "") << "</td></tr>\n";
}

}  // namespace

void write_case_table(std::ostream& to, HtmlPage const& page) {
  auto const& run = page.report.run;
  to << fmt::format(
      "<section id=cases aria-labelledby=h-cases><h2 id=h-cases>Cases "
      "<span class=n>{}</span></h2>\n",
      run.cases.size());
  write_filters(to, run);
  to << "<table id=case-table class=list><caption class=unseen>All cases</caption><thead><tr><th "
        "scope=col>Verdict</th><th scope=col>Case</th><th scope=col>Requirements</th><th "
        "scope=col class=num>Time</th></tr></thead>\n<tbody>\n";
  for (auto const& result : run.cases) {
    write_row(to, page, result);
  }
  to << "</tbody></table></section>\n";
}

}  // namespace rpchspec::reports
