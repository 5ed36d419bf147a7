// The run as a whole in report.html: its timeline, and the logs of the proxy.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/proxy_log.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSlowest = 5;
constexpr std::size_t kLogKept = std::size_t{128} * 1024;  // bytes of a log's end
constexpr std::size_t kLogsKept = 8;

}  // namespace

void write_timeline(std::ostream& to, HtmlPage const& page) {
  auto const& run = page.report.run;
  std::vector<model::CaseResult const*> played;
  for (auto const& result : run.cases) {
    if (result.duration_s > 0) {
      played.push_back(&result);
    }
  }
  if (played.empty()) {
    return;
  }
  auto const shown = std::min(kSlowest, played.size());
  std::partial_sort(played.begin(), played.begin() + static_cast<std::ptrdiff_t>(shown),
                    played.end(),
                    [](auto const* a, auto const* b) { return a->duration_s > b->duration_s; });
  to << "<section id=timeline aria-labelledby=h-timeline><h2 id=h-timeline>Timeline</h2>\n"
        "<div id=timeline-diagram></div>\n<p>The slowest: ";
  for (std::size_t i = 0; i < shown; ++i) {
    to << (i == 0 ? "" : ", ") << page.case_link(played[i]->id) << " <span class=n>"
       << duration_text(played[i]->duration_s) << "</span>";
  }
  to << "</p></section>\n";
}

void write_logs(std::ostream& to, HtmlPage const& page) {
  auto logs = logs_in(page.report.folders);
  logs.resize(std::min(logs.size(), kLogsKept));
  if (logs.empty()) {
    return;
  }
  to << "<section id=proxy-log aria-labelledby=h-log><h2 id=h-log>What the proxy said</h2>\n";
  for (auto const& log : logs) {
    std::error_code ignored;
    auto const size = fs::file_size(log, ignored);
    LogRange const all{{}, 0, ignored ? 0 : size};
    to << fmt::format("<details><summary>{} <span class=n>{}{}</span></summary><pre tabindex=0>",
                      escaped(log.string()), size_text(size),
                      size > kLogKept ? ", of which the end is shown" : "");
    to << escaped(end_of(log, all, kLogKept)) << "</pre></details>\n";
  }
  to << "</section>\n";
}

}  // namespace rpchspec::reports
