// Coverage in report.html: what the run says of each section of MS-RPCH, and of the other sources.

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/results_names.hpp"

namespace rpchspec::reports {

using model::Requirement;
using model::RequirementResult;
using model::Verdict;

namespace {

/// "3.2.4.5.14" in the order of its numbers; what is no number comes behind, by its words.
std::pair<std::vector<int>, std::string> order_of(std::string const& section) {
  std::vector<int> numbers;
  auto const* at = section.data();
  auto const* const end = at + section.size();
  while (at != end) {
    int number = 0;
    auto const [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next != end && *next != '.')) {
      return {{1 << 20}, section};
    }
    numbers.push_back(number);
    at = next == end ? end : next + 1;
  }
  return {numbers, section};
}

struct Line {
  Requirement const* requirement = nullptr;
  RequirementResult const* result = nullptr;  // null: no case of this run looks at it
};

/// Of one section. Skipped and not executed is not tested.
struct Section {
  std::vector<Line> lines;
  std::map<Verdict, std::size_t> counts;
  std::size_t untested = 0;

  void add(Line const& line) {
    lines.push_back(line);
    if (line.result == nullptr || line.result->verdict == Verdict::skip ||
        line.result->verdict == Verdict::not_run) {
      ++untested;
    } else {
      ++counts[line.result->verdict];
    }
  }
};

struct Source {
  std::string_view prefix;
  std::string_view title;
};

constexpr std::array<Source, 5> kSources{{{"RPCH-", "MS-RPCH, by section"},
                                          {"PROD-", "Documents of the product"},
                                          {"HTTP-9110", "RFC 9110"},
                                          {"HTTP-9112", "RFC 9112"},
                                          {"FIELD-", "What the field taught"}}};

std::string counts_html(Section const& section) {
  std::string html;
  for (auto const& [verdict, count] : section.counts) {
    html +=
        fmt::format("<span class=\"mark {0}\">{1} {0}</span> ", model::to_string(verdict), count);
  }
  if (section.untested != 0) {
    html += fmt::format("<span class=mark>{} not tested</span>", section.untested);
  }
  return html;
}

std::string bar_html(Section const& section) {
  std::string html = "<span class=bar aria-hidden=true>";
  for (auto const& [verdict, count] : section.counts) {
    html +=
        fmt::format("<i class={} style=\"flex-grow:{}\"></i>", model::to_string(verdict), count);
  }
  return html + fmt::format("<i style=\"flex-grow:{}\"></i></span>", section.untested);
}

void write_line(std::ostream& to, Line const& line) {
  auto const& requirement = *line.requirement;
  auto const id = escaped(requirement.id);
  to << "<li>";
  if (line.result == nullptr) {
    to << "<span class=mark>not tested</span> <span class=id>" << id << "</span>";
  } else {
    to << verdict_mark(line.result->verdict)
       << fmt::format(
              " <a class=id href=\"#cases\" data-requirement=\"{0}\">{0}</a> <span class=n>{1} "
              "case{2}</span>",
              id, line.result->cases.size(), line.result->cases.size() == 1 ? "" : "s");
  }
  to << "<br>" << escaped(requirement.text);
  if (line.result == nullptr && !requirement.why_not.empty()) {
    to << " <span class=n>(" << escaped(requirement.why_not) << ")</span>";
  }
  to << "</li>";
}

void write_section(std::ostream& to, std::string const& name, Section const& section) {
  to << "<details class=coverage><summary><span class=section>" << escaped(name) << "</span>"
     << bar_html(section) << "<span class=of>" << counts_html(section) << "</span></summary>\n<ul>";
  for (auto const& line : section.lines) {
    write_line(to, line);
  }
  to << "</ul></details>\n";
}

using Sections = std::map<std::pair<std::vector<int>, std::string>, Section>;

void write_source(std::ostream& to, Source const& source, Sections const& sections) {
  std::size_t all = 0;
  std::size_t untested = 0;
  for (auto const& [order, section] : sections) {
    all += section.lines.size();
    untested += section.untested;
  }
  to << fmt::format("<h3>{} <span class=n>{} of {} requirements tested</span></h3>\n", source.title,
                    all - untested, all);
  for (auto const& [order, section] : sections) {
    write_section(to, order.second, section);
  }
}

}  // namespace

void write_coverage(std::ostream& to, HtmlPage const& page) {
  if (page.report.registry == nullptr) {
    return;
  }
  std::map<std::string_view, RequirementResult const*> results;
  for (auto const& each : page.report.run.requirements) {
    results.emplace(each.id, &each);
  }
  auto const& topology = page.report.run.target.topology;
  to << "<section id=coverage aria-labelledby=h-coverage><h2 id=h-coverage>Coverage</h2>\n";
  for (auto const& source : kSources) {
    Sections sections;
    for (auto const& requirement : page.report.registry->all()) {
      auto const found = results.find(requirement.id);
      bool const binds =
          page.report.registry->level(requirement.id, topology) != model::Level::not_applicable;
      if (requirement.id.starts_with(source.prefix) && (binds || found != results.end())) {
        sections[order_of(requirement.section)].add(
            {&requirement, found == results.end() ? nullptr : found->second});
      }
    }
    if (!sections.empty()) {
      write_source(to, source, sections);
    }
  }
  to << "</section>\n";
}

}  // namespace rpchspec::reports
