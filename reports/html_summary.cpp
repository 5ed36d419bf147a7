// The head of report.html: what was tested, and what came of it.

#include <fmt/format.h>

#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"
#include "reports/results_names.hpp"
#include "reports/terminal.hpp"

namespace rpchspec::reports {

using model::RunResult;
using model::Verdict;

namespace {

std::size_t count(RunResult const& run, Verdict verdict) {
  auto const found = run.summary.find(verdict);
  return found == run.summary.end() ? 0 : found->second;
}

std::string cases_text(std::size_t number) {
  return fmt::format("{} case{}", number, number == 1 ? "" : "s");
}

/// The run in one sentence.
std::string html_headline(RunResult const& run) {
  auto const failed = count(run, Verdict::fail);
  auto const unjudged =
      count(run, Verdict::blocked) + count(run, Verdict::error) + count(run, Verdict::not_run);
  if (failed != 0) {
    return fmt::format("{} of {} failed", failed, cases_text(run.cases.size()));
  }
  if (unjudged != 0) {
    return fmt::format("Nothing failed, but {} could not be judged", cases_text(unjudged));
  }
  return fmt::format("Nothing failed in {}",
                     cases_text(run.cases.size() - count(run, Verdict::skip)));
}

void write_fact(std::ostream& to, std::string_view name, std::string const& value) {
  write_known(to, name, escaped(value));
}

/// What the first cases told of a fact.
std::string told_by_proxy(RunResult const& run, std::string_view fact) {
  for (auto const& each : run.target.probed) {
    if (each.fact == fact) {
      return each.stated.empty()
                 ? fmt::format(" (probed: {})", each.seen)
                 : fmt::format(" (stated; the proxy shows {}: {})", each.value, each.seen);
    }
  }
  return {};
}

void write_facts(std::ostream& to, RunResult const& run) {
  to << "<dl class=facts>";
  write_fact(to, "Target", fmt::format("{} ({})", run.target.name, run.target.topology));
  write_fact(to, "URL", fmt::format("{}", fmt::join(run.target.urls, ", ")));
  write_fact(to, "Started", run.started);
  write_fact(to, "Took", duration_text(run.duration_s));
  write_fact(to, "rpchspec", run.tool_version + ", suite " + run.suite);
  write_fact(to, "Seed", std::to_string(run.seed));
  for (auto const& [name, value] : run.target.facts) {
    write_fact(to, escaped(name), value + told_by_proxy(run, name));
  }
  to << "</dl>\n";
}

}  // namespace

void write_summary(std::ostream& to, HtmlPage const& page) {
  auto const& run = page.report.run;
  to << "<header class=top><h1>" << html_headline(run) << "</h1>\n";
  if (!run.complete) {
    to << "<p class=notice>The run is not complete: it was broken off, or goes on.</p>\n";
  }
  write_facts(to, run);
  to << "<table id=summary class=counts><caption>Cases by verdict</caption><thead><tr>";
  for (auto const verdict : kVerdicts) {
    to << "<th scope=col>" << verdict_mark(verdict) << "</th>";
  }
  to << "</tr></thead><tbody><tr>";
  for (auto const verdict : kVerdicts) {
    auto const number = count(run, verdict);
    to << (number == 0 ? "<td class=zero>" : "<td>") << number << "</td>";
  }
  to << "</tr></tbody></table></header>\n";
}

}  // namespace rpchspec::reports
