// One case in report.html: requirement in words, three lines, the command, its ladder.

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/ladder.hpp"
#include "reports/ladder_json.hpp"
#include "reports/proxy_log.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {

using model::CaseResult;

namespace {

constexpr std::size_t kMostRequirements = 40;
constexpr std::size_t kLadderLines = 400;
constexpr std::size_t kLogShown = std::size_t{32} * 1024;  // bytes

/// A message is "required: ...\nexpected: ...\nseen:     ...", with "also: ..." behind the first;
/// else words of another kind.
void write_message(std::ostream& to, CaseResult const& result) {
  to << "<dl class=three>";
  std::istringstream lines(result.message);
  std::string rest;
  for (std::string line; std::getline(lines, line);) {
    auto const colon = line.find(": ");
    auto const name = line.substr(0, colon);
    if (name == "required" || name == "also" || name == "expected" || name == "seen") {
      auto const from = line.find_first_not_of(' ', colon + 1);
      write_known(to, name, from == std::string::npos ? "" : escaped(line.substr(from)));
    } else {
      rest += (rest.empty() ? "" : "\n") + line;
    }
  }
  write_known(to, "why", escaped(rest));
  write_known(to, "where", escaped(result.where));
  to << "</dl>\n";
}

/// The other things that the case shows: its message tells the worst.
void write_other_findings(std::ostream& to, HtmlPage const& page, DetailedCase const& which) {
  std::string items;
  for (auto const* finding : which.findings) {
    if (which.result->message.find(finding->seen) != std::string::npos) {
      continue;
    }
    auto const also = finding->also.empty() ? "" : "<br>also: " + page.also_html(*finding);
    items += fmt::format("<li><span class=id>{}</span> ({}) {}{}<br>expected: {}<br>seen: {}</li>",
                         escaped(finding->requirement), model::to_string(finding->level),
                         page.requirement_text(finding->requirement), also,
                         escaped(finding->expected), escaped(finding->seen));
  }
  if (!items.empty()) {
    to << "<h4>It shows, too</h4><ul class=others>" << items << "</ul>\n";
  }
}

void write_requirements(std::ostream& to, HtmlPage const& page, CaseResult const& result) {
  if (result.requirements.empty()) {
    return;
  }
  to << fmt::format(
      "<details class=requirements><summary>Requirements it looks at "
      "<span class=n>{}</span></summary><dl>",
      result.requirements.size());
  for (std::size_t i = 0; i < std::min(result.requirements.size(), kMostRequirements); ++i) {
    auto const& id = result.requirements[i];
    to << "<div><dt class=id>" << escaped(id) << "</dt><dd>" << page.requirement_text(id)
       << "</dd></div>";
  }
  to << "</dl>";
  if (result.requirements.size() > kMostRequirements) {
    to << fmt::format("<p>and {} more</p>", result.requirements.size() - kMostRequirements);
  }
  to << "</details>\n";
}

/// Data of the diagram, in as many rows as there is room for.
std::string diagram_json(DetailedCase const& which, std::size_t room) {
  for (auto const& limits :
       {LadderJsonLimits{600, 40}, LadderJsonLimits{200, 8}, LadderJsonLimits{60, 2}}) {
    auto const data = ladder_json(which.journal, *which.result, limits);
    auto json = data ? script_json(*data) : std::string();
    if (json.size() <= room) {
      return json;
    }
  }
  return {};
}

void write_evidence(std::ostream& to, DetailedCase const& which, std::size_t& room) {
  if (which.journal.empty()) {
    to << "<p class=notice>No journal of this case was kept.</p>\n";
    return;
  }
  auto const folder = escaped(which.journal.parent_path().string());
  LadderOptions options;
  options.max_lines = kLadderLines;
  auto const ladder = reports::ladder(which.journal, options);
  if (!ladder) {
    to << "<p class=notice>The journal in " << folder
       << " cannot be read: " << escaped(to_string(ladder.error())) << "</p>\n";
    return;
  }
  auto const text = escaped(*ladder);
  if (text.size() > room) {
    to << "<p class=notice>The ladder is left out to keep this file small: see ladder.txt in "
       << folder << "</p>\n";
    return;
  }
  room -= text.size();
  auto const json = diagram_json(which, room);
  if (json.empty()) {
    to << "<p class=notice>The bytes of the PDUs are left out to keep this file small: see "
          "journal.bin in "
       << folder << "</p>\n";
  } else {
    room -= json.size();
    to << "<div class=diagram></div>\n<script type=\"application/json\" class=evidence>" << json
       << "</script>\n";
  }
  to << "<details class=ladder-text><summary>Ladder as text</summary><pre tabindex=0>" << text
     << "</pre></details>\n";
}

/// What the proxy said while the case ran. The log lies in the folder that holds cases/<id>/.
void write_log(std::ostream& to, DetailedCase const& which, std::size_t& room) {
  auto const range = log_range_of(which.journal);
  if (range.name.empty()) {
    return;
  }
  auto folder = which.journal.parent_path();
  while (folder.has_relative_path() && folder.filename() != "cases") {
    folder = folder.parent_path();
  }
  auto const text =
      escaped(end_of(folder.parent_path() / range.name, range, std::min(kLogShown, room / 2)));
  if (text.empty() || text.size() > room) {
    return;
  }
  room -= text.size();
  to << "<details class=log><summary>What the proxy said meanwhile</summary><p class=n>"
     << escaped(range.name) << ". Other cases may have run at the same time.</p><pre tabindex=0>"
     << text << "</pre></details>\n";
}

}  // namespace

void write_case(std::ostream& to,
                HtmlPage const& page,
                DetailedCase const& which,
                std::size_t& room) {
  auto const& result = *which.result;
  auto const anchor = escaped(case_anchor(result.id));
  to << fmt::format(
      "<section class=\"case {}\" id=\"{}\" tabindex=-1 aria-label=\"{}\">\n<h3>{} {}</h3>\n"
      "<p class=title>{}</p>\n",
      model::to_string(result.verdict), anchor, escaped(result.id), verdict_mark(result.verdict),
      escaped(result.id), escaped(result.title));
  std::string facts = duration_text(result.duration_s);
  if (!result.configuration.empty()) {
    facts += ", configuration " + result.configuration;
  }
  if (result.suspect) {
    facts += ", suspect: the proxy was seen broken before";
  }
  to << "<p class=about>" << escaped(facts) << "</p>\n";
  write_message(to, result);
  write_other_findings(to, page, which);
  if (!result.rerun.empty()) {
    to << command_html(result.rerun);
  }
  write_requirements(to, page, result);
  write_evidence(to, which, room);
  if (!which.journal.empty()) {
    write_log(to, which, room);
  }
  to << "</section>\n";
}

}  // namespace rpchspec::reports
