// What the parts of report.html share: which cases have a part of their own, and small pieces.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "reports/evidence.hpp"
#include "reports/html_parts.hpp"
#include "reports/html_text.hpp"

namespace rpchspec::reports {

namespace fs = std::filesystem;
using model::Verdict;

namespace {

bool in_trouble(Verdict verdict) {
  return verdict != Verdict::pass && verdict != Verdict::skip;
}

int place_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return 0;
    case Verdict::error:
      return 1;
    case Verdict::blocked:
      return 2;
    case Verdict::warn:
      return 3;
    case Verdict::waived:
      return 4;
    case Verdict::not_run:
      return 5;
    case Verdict::pass:
      return 6;
    case Verdict::skip:
      return 7;
  }
  return 7;
}

/// Those of all these folders, each by its place below cases/; the first of equals.
using Journals = std::map<std::string, fs::path, std::less<>>;

Journals journals_in(std::vector<fs::path> const& folders) {
  Journals journals;
  for (auto const& folder : folders) {
    for (auto& each : kept_journals(folder)) {
      journals.emplace(std::move(each.place), std::move(each.file));
    }
  }
  return journals;
}

/// Of repetitions cases/<id>~<number>, the one that is told; of a configuration's sanity
/// cases/<id>~<which>, the first.
fs::path journal_of(Journals const& journals, model::CaseResult const& result) {
  auto const& id = result.id;
  if (auto const told = journals.find(evidence_place(result)); told != journals.end()) {
    return told->second;
  }
  if (auto const own = journals.find(id); own != journals.end()) {
    return own->second;
  }
  auto const which = journals.lower_bound(id + "~");
  return which != journals.end() && which->first.starts_with(id + "~") ? which->second : fs::path();
}

using Findings = std::map<std::string_view, std::vector<model::Finding const*>>;

Findings findings_by_case(model::RunResult const& run) {
  Findings findings;
  for (auto const& finding : run.findings) {
    for (auto const& id : finding.cases) {
      findings[id].push_back(&finding);
    }
  }
  return findings;
}

/// Which case of its finding it is: of several findings, of that of which it is the earliest. Of
/// none: which of its verdict; one that is in no trouble comes behind them all.
class Turns {
 public:
  explicit Turns(model::RunResult const& run) {
    for (auto const& finding : run.findings) {
      for (std::size_t i = 0; i < finding.cases.size(); ++i) {
        auto& turn = of_findings_.try_emplace(finding.cases[i], i).first->second;
        turn = std::min(turn, i);
      }
    }
  }

  std::size_t next(model::CaseResult const& result) {
    if (!in_trouble(result.verdict)) {
      return std::numeric_limits<std::size_t>::max();
    }
    auto const found = of_findings_.find(result.id);
    return found != of_findings_.end() ? found->second : of_verdicts_[result.verdict]++;
  }

 private:
  std::map<std::string_view, std::size_t> of_findings_;
  std::map<Verdict, std::size_t> of_verdicts_;
};

}  // namespace

HtmlPage::HtmlPage(HtmlReport const& of) : report(of) {
  auto const findings = findings_by_case(report.run);
  Turns turns(report.run);
  auto const journals = journals_in(report.folders);
  for (auto const& result : report.run.cases) {
    DetailedCase made{&result};
    if (result.verdict != Verdict::skip) {
      made.journal = journal_of(journals, result);
    }
    if (auto const found = findings.find(result.id); found != findings.end()) {
      made.findings = found->second;
    }
    made.turn = turns.next(result);
    if (in_trouble(result.verdict) || !made.journal.empty()) {
      detailed.push_back(std::move(made));
    }
  }
  std::stable_sort(detailed.begin(), detailed.end(),
                   [](DetailedCase const& a, DetailedCase const& b) {
                     return std::pair(a.turn, place_of(a.result->verdict)) <
                            std::pair(b.turn, place_of(b.result->verdict));
                   });
  for (auto const& each : detailed) {
    by_id.emplace(each.result->id, &each);
  }
}

std::string HtmlPage::case_link(std::string const& id) const {
  return by_id.contains(id)
             ? fmt::format("<a href=\"#{}\">{}</a>", fragment(case_anchor(id)), escaped(id))
             : escaped(id);
}

std::string HtmlPage::requirement_text(std::string_view id) const {
  auto const* known = report.registry == nullptr ? nullptr : report.registry->find(id);
  return known == nullptr ? std::string() : escaped(known->text);
}

std::string HtmlPage::also_html(model::Finding const& finding) const {
  std::string html;
  for (auto const& id : finding.also) {
    html += fmt::format("{}<span class=id>{}</span> {}", html.empty() ? "" : "<br>", escaped(id),
                        requirement_text(id));
  }
  return html;
}

std::string verdict_mark(Verdict verdict) {
  auto const word = model::to_string(verdict);
  return fmt::format("<span class=\"mark {0}\">{0}</span>", word);
}

std::string command_html(std::string_view command) {
  return fmt::format(
      "<div class=command><code>{}</code><button type=button class=copy hidden>Copy</button></div>",
      escaped(command));
}

void write_known(std::ostream& to, std::string_view name, std::string const& html) {
  if (!html.empty()) {
    to << "<div><dt>" << name << "</dt><dd>" << html << "</dd></div>";
  }
}

std::string case_anchor(std::string_view id) {
  return "case/" + std::string(id);
}

}  // namespace rpchspec::reports
