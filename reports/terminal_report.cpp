// Findings, the summary at the end, `rpchspec report`, and annotations.

#include <algorithm>

#include <fmt/format.h>

#include "model/suggestion.hpp"
#include "reports/choices_text.hpp"
#include "reports/probe.hpp"
#include "reports/repetitions.hpp"
#include "reports/terminal.hpp"
#include "reports/terminal_paint.hpp"

namespace rpchspec::reports {

using model::Finding;
using model::Verdict;

namespace {

constexpr std::size_t kMostAnnotations = 9;  // GitHub shows ten of a step

/// Cases that no finding speaks for: what a person must read one by one.
std::string single_cases(model::RunResult const& run, Colour colour) {
  std::string text;
  for (auto const& result : run.cases) {
    bool const telling =
        result.verdict == Verdict::blocked || result.verdict == Verdict::error || result.suspect;
    if (telling) {
      text += fmt::format(
          "{}  {}{}\n    {}\n",
          painted(upper(model::to_string(result.verdict)), code_of(result.verdict), colour),
          result.id, result.suspect ? "  (suspect)" : "", first_line(result.message));
    }
  }
  return text;
}

/// A case that holds now and then is another trouble than one that never does.
std::string flaky_cases(model::RunResult const& run, Colour colour) {
  std::string text;
  for (auto const& result : run.cases) {
    if (is_flaky(result)) {
      text += fmt::format("{}  {}  {}\n", painted("FLAKY", "33", colour), result.id,
                          repetitions_text(result).substr(std::string_view("flaky: ").size()));
    }
  }
  return text;
}

std::string not_run_text(model::RunResult const& run) {
  std::map<std::string, std::size_t> reasons;
  for (auto const& result : run.cases) {
    if (result.verdict == Verdict::not_run) {
      ++reasons[first_line(result.message)];
    }
  }
  std::string text;
  for (auto const& [reason, count] : reasons) {
    text += fmt::format("{} not run: {}\n", count, reason);
  }
  return text;
}

std::pair<std::string, std::size_t> most_frequent_reason(std::vector<SkipReason> const& skipped) {
  std::map<std::string, std::size_t> reasons;
  for (auto const& each : skipped) {
    ++reasons[first_line(each.reason)];
  }
  return *std::max_element(reasons.begin(), reasons.end(),
                           [](auto const& a, auto const& b) { return a.second < b.second; });
}

std::string_view annotation_level(Finding const& finding) {
  return finding.waived ? "notice" : fails(finding) ? "error" : "warning";
}

std::string annotation_text(std::string_view text, bool property) {
  std::string out;
  for (char const c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string finding_block(Finding const& finding,
                          std::string_view text,
                          std::string_view where,
                          Colour colour) {
  auto const word = finding.waived ? "WAIVED" : fails(finding) ? "FINDING" : "WARNING";
  auto const code = finding.waived ? "2" : fails(finding) ? "31" : "33";
  auto const id = finding.requirement.empty() ? "(no requirement)" : finding.requirement;
  auto block = fmt::format("{} {}  {}\n", painted(word, code, colour), finding.id,
                           harmless(kind_words(finding.kind)));
  block += fmt::format("  required: {} ({}){}{}\n", id, model::to_string(finding.level),
                       text.empty() ? "" : " ", text);
  if (!finding.also.empty()) {
    block += fmt::format("  also:     {}\n", model::join(finding.also));
  }
  block += fmt::format("  expected: {}\n", harmless(finding.expected));
  block += fmt::format("  seen:     {}\n", harmless(finding.seen));
  auto const first = finding.cases.empty() ? "" : finding.cases.front();
  auto const others = finding.cases.size() > 1
                          ? fmt::format(" and {} more", finding.cases.size() - 1)
                          : std::string();
  block += fmt::format("  where:    {}{}{}{}\n", first, others, where.empty() ? "" : ", ", where);
  if (!finding.rerun.empty()) {
    block += fmt::format("  rerun:    {}\n", finding.rerun);
  }
  return block;
}

std::string skip_text(std::vector<SkipReason> const& skipped) {
  if (skipped.empty()) {
    return {};
  }
  std::map<std::string, std::size_t> by_fact;
  for (auto const& each : skipped) {
    if (!each.fact.empty()) {
      ++by_fact[each.fact];
    }
  }
  std::vector<std::pair<std::string, std::size_t>> facts(by_fact.begin(), by_fact.end());
  std::stable_sort(facts.begin(), facts.end(),
                   [](auto const& a, auto const& b) { return a.second > b.second; });
  auto text = fmt::format("{} skipped", skipped.size());
  auto const [reason, count] = most_frequent_reason(skipped);
  if (count == skipped.size()) {
    text += ": " + reason;
  } else if (facts.empty() && count > 1) {
    text += fmt::format(", {} of them: {}", count, reason);
  }
  for (std::size_t i = 0; i < facts.size() && i < 3; ++i) {
    text += fmt::format("{}`{}` would run up to {}{}", i == 0 ? "; " : ", ", facts[i].first,
                        facts[i].second, i == 0 ? " of them" : "");
  }
  return text;
}

std::string summary_text(model::RunResult const& run, FinalFacts const& facts, Colour colour) {
  std::string text;
  for (auto const& finding : run.findings) {
    auto const word = finding.waived ? "waived " : fails(finding) ? "finding" : "warning";
    text += fmt::format("{} {}  {} case{}  {}: {}\n",
                        painted(word,
                                finding.waived   ? "2"
                                : fails(finding) ? "31"
                                                 : "33",
                                colour),
                        finding.id, finding.cases.size(), finding.cases.size() == 1 ? "" : "s",
                        finding.requirement, first_line(finding.seen));
  }
  text += single_cases(run, colour);
  text += flaky_cases(run, colour);
  text += not_run_text(run);
  text += choices_text(run.choices);
  auto warnings = disagreements(run.target.probed);
  warnings.insert(warnings.end(), facts.warnings.begin(), facts.warnings.end());
  for (auto const& warning : warnings) {
    text += fmt::format("{} {}\n", painted("warning:", "33", colour), harmless(warning));
  }
  if (facts.missing_shards != 0) {
    text += fmt::format("{} shard{} missing\n", facts.missing_shards,
                        facts.missing_shards == 1 ? " is" : "s are");
  }
  if (run.cases.empty()) {
    text += "No scenario is left of what was selected: nothing was judged.\n";
  }
  text +=
      fmt::format("{} in {}\n", counts_text(run.summary, colour), duration_text(run.duration_s));
  if (auto const skips = skip_text(facts.skipped); !skips.empty()) {
    text += skips + "\n";
  }
  if (!run.complete) {
    text += "The run is not complete.\n";
  }
  if (!facts.results.empty()) {
    text += fmt::format("Results: {}\n", facts.results);
  }
  return text;
}

std::string report_text(model::RunResult const& run, FinalFacts const& facts, Colour colour) {
  auto text = fmt::format("rpchspec {}, suite {}, {}, seed {}\n", run.tool_version, run.suite,
                          run.started, run.seed);
  text += fmt::format("target {} ({}){}{}\n", run.target.name, run.target.topology,
                      run.target.urls.empty() ? "" : " ", fmt::join(run.target.urls, ", "));
  auto const probed = probed_text(run.target.probed);
  text += probed.empty() ? "\n" : fmt::format("probed: {}\n\n", harmless(probed));
  for (auto const& finding : run.findings) {
    std::string where;
    for (auto const& result : run.cases) {
      if (!finding.cases.empty() && result.id == finding.cases.front()) {
        where = result.where;
      }
    }
    text += finding_block(finding, "", where, colour) + "\n";
  }
  for (auto const& result : run.cases) {
    text += progress_line(result, colour);
  }
  return text + "\n" + summary_text(run, facts, colour);
}

std::string github_annotation(Finding const& finding) {
  auto const title = fmt::format("{} {}", finding.requirement, kind_words(finding.kind));
  auto const also =
      finding.also.empty() ? "" : fmt::format("\nalso: {}", model::join(finding.also));
  auto const body =
      fmt::format("required: {}{}\nexpected: {}\nseen: {}\n{} case{}, first {}\nrerun: {}",
                  finding.requirement, also, finding.expected, finding.seen, finding.cases.size(),
                  finding.cases.size() == 1 ? "" : "s",
                  finding.cases.empty() ? "" : finding.cases.front(), finding.rerun);
  return fmt::format("::{} title={}::{}\n", annotation_level(finding), annotation_text(title, true),
                     annotation_text(body, false));
}

std::string github_annotations(model::RunResult const& run) {
  auto const findings = by_weight(run);
  auto const shown = std::min(findings.size(), kMostAnnotations);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    text += github_annotation(*findings[i]);
  }
  if (shown < findings.size()) {
    auto const left = findings.size() - shown;
    text += fmt::format("::{} title=rpchspec::{} more finding{}, {} in all: see the summary\n",
                        annotation_level(*findings[shown]), left, left == 1 ? "" : "s",
                        findings.size());
  }
  return text;
}

}  // namespace rpchspec::reports
