#include "reports/compare.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "reports/compare_parts.hpp"
#include "reports/run_result.hpp"
#include "reports/terminal.hpp"
#include "reports/terminal_paint.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::RunResult;
using model::Verdict;

namespace {

constexpr double kTooShortForPace = 0.05;  // seconds: of such a case the noise is the most

bool held(Verdict verdict) {
  return verdict == Verdict::pass || verdict == Verdict::warn;
}

bool judged(Verdict verdict) {
  return is_red(verdict) || held(verdict) || verdict == Verdict::waived;
}

/// Findings of each case.
using Findings = std::map<std::string, std::set<std::string>>;

Findings findings_of(RunResult const& run) {
  Findings findings;
  for (auto const& finding : run.findings) {
    for (auto const& id : finding.cases) {
      findings[id].insert(finding.id);
    }
  }
  return findings;
}

bool passes_in_both(CaseResult const& before, CaseResult const& now) {
  return held(before.verdict) && held(now.verdict);
}

double pace_of(CasesById const& before, CasesById const& now) {
  std::vector<double> ratios;
  for (auto const& [id, result] : now) {
    auto const known = before.find(id);
    if (known != before.end() && passes_in_both(*known->second, *result) &&
        known->second->duration_s >= kTooShortForPace) {
      ratios.push_back(result->duration_s / known->second->duration_s);
    }
  }
  if (ratios.size() < kLeastForPace) {
    return 1;
  }
  auto const middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
  std::nth_element(ratios.begin(), middle, ratios.end());
  return std::max(1.0, *middle);
}

ComparedCase entry(CaseResult const* before, CaseResult const* now) {
  ComparedCase made;
  if (before != nullptr) {
    made.id = before->id;
    made.before = before->verdict;
    made.before_s = before->duration_s;
    made.message = before->message;
  }
  if (now != nullptr) {
    made.id = now->id;
    made.now = now->verdict;
    made.now_s = now->duration_s;
    made.message = now->message.empty() ? made.message : now->message;
    made.rerun = now->rerun;
  }
  return made;
}

/// The part for a case that both runs have; null: it is as it was.
std::vector<ComparedCase>* part_for(Comparison& to,
                                    CaseResult const& before,
                                    CaseResult const& now,
                                    bool same_findings) {
  if (is_red(now.verdict) && judged(before.verdict) && !is_red(before.verdict)) {
    return &to.regressed;
  }
  if (is_red(before.verdict) && held(now.verdict)) {
    return &to.fixed;
  }
  if (before.verdict != now.verdict || (is_red(now.verdict) && !same_findings)) {
    return &to.changed;
  }
  bool const late =
      passes_in_both(before, now) && is_slower(before.duration_s, now.duration_s, to.pace);
  return late ? &to.slower : nullptr;
}

}  // namespace

bool is_slower(double before_s, double now_s, double pace) {
  auto const expected = before_s * pace;
  return now_s > expected * kSlowerRatio && now_s > expected + kSlowerFloor;
}

Comparison compare(RunResult const& base, RunResult const& now) {
  Comparison made;
  auto const before = cases_by_id(base);
  auto const after = cases_by_id(now);
  auto const findings_before = findings_of(base);
  auto const findings_now = findings_of(now);
  auto const findings = [](Findings const& of, std::string const& id) {
    auto const found = of.find(id);
    return found == of.end() ? std::set<std::string>() : found->second;
  };
  made.pace = pace_of(before, after);
  for (auto const& [id, result] : after) {
    auto const known = before.find(id);
    if (known == before.end()) {
      made.added.push_back(entry(nullptr, result));
      continue;
    }
    bool const same = findings(findings_before, result->id) == findings(findings_now, result->id);
    if (auto* const part = part_for(made, *known->second, *result, same)) {
      part->push_back(entry(known->second, result));
    } else {
      ++made.same;
    }
  }
  for (auto const& [id, result] : before) {
    if (!after.contains(id)) {
      made.gone.push_back(entry(result, nullptr));
    }
  }
  made.choices = changed_choices(base.choices, now.choices);
  return made;
}

std::array<ComparisonPart, 6> parts_of(Comparison const& comparison) {
  return {{{"regressed", comparison.regressed},
           {"fixed", comparison.fixed},
           {"changed", comparison.changed},
           {"new", comparison.added},
           {"gone", comparison.gone},
           {"slower", comparison.slower}}};
}

std::string difference_text(ComparisonPart const& part, ComparedCase const& each) {
  if (part.name == "slower") {
    return fmt::format("{} -> {}", duration_text(each.before_s), duration_text(each.now_s));
  }
  if (!each.before || !each.now) {
    return std::string(model::to_string(each.now ? *each.now : *each.before));
  }
  if (*each.before == *each.now) {
    return fmt::format("{}, with other findings", model::to_string(*each.now));
  }
  return fmt::format("{} -> {}", model::to_string(*each.before), model::to_string(*each.now));
}

std::string compare_text(Comparison const& comparison) {
  std::string text;
  for (auto const& part : parts_of(comparison)) {
    if (!part.cases.empty()) {
      text += fmt::format("{}: {}\n", part.name, part.cases.size());
    }
    for (auto const& each : part.cases) {
      text += fmt::format("  {}  {}\n", harmless(each.id), difference_text(part, each));
    }
  }
  if (!comparison.choices.empty()) {
    text += fmt::format("chosen otherwise: {}\n", comparison.choices.size());
  }
  for (auto const& each : comparison.choices) {
    text += fmt::format("  {}  {} -> {}\n", harmless(each.what), harmless(each.before),
                        harmless(each.now));
  }
  if (comparison.nothing()) {
    text = "no difference\n";
  }
  return text + fmt::format("{} as before\n", comparison.same);
}

}  // namespace rpchspec::reports
