#include "reports/waivers.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "reports/findings.hpp"
#include "reports/matching.hpp"
#include "reports/run_result.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::Observation;
using model::Verdict;

namespace {

constexpr int kWarnDays = 30;

std::optional<std::chrono::sys_days> day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return std::nullopt;
  }
  auto const year = number(text.substr(0, 4));
  auto const month = number(text.substr(5, 2));
  auto const of_month = number(text.substr(8, 2));
  if (!year || !month || !of_month) {
    return std::nullopt;
  }
  std::chrono::year_month_day const date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*of_month))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

bool names_anything(Waiver const& waiver) {
  return !waiver.finding.empty() || !waiver.requirement.empty() || !waiver.id.empty();
}

bool names_case(Waiver const& waiver, std::string_view id) {
  return waiver.id.empty() || glob(waiver.id, id);
}

bool covers(Waiver const& waiver, CaseResult const& result, Observation const& observation) {
  return names_anything(waiver) && names_case(waiver, result.id) &&
         (waiver.requirement.empty() || glob(waiver.requirement, observation.requirement)) &&
         (waiver.finding.empty() || waiver.finding == finding_id(observation));
}

bool is_failing(model::Outcome outcome, model::Level level, bool strict) {
  auto const verdict = verdict_of(outcome, level);
  return verdict == Verdict::fail || (strict && verdict == Verdict::warn);
}

bool ran(CaseResult const& result) {
  switch (result.verdict) {
    case Verdict::pass:
    case Verdict::warn:
    case Verdict::fail:
    case Verdict::waived:
      return true;
    default:
      return false;
  }
}

/// The waivers that apply today, and words on the others.
std::vector<std::size_t> in_force(std::vector<Waiver> const& waivers,
                                  std::string_view today,
                                  WaiverReport& report) {
  std::vector<std::size_t> valid;
  auto const now = day(today);
  for (std::size_t i = 0; i < waivers.size(); ++i) {
    auto const& waiver = waivers[i];
    auto const until = day(waiver.until);
    if (!waiver.until.empty() && !until) {
      report.warnings.push_back(fmt::format("waiver {}: \"{}\" is no date; it does not apply",
                                            describe(waiver), waiver.until));
      continue;
    }
    if (until && now) {
      auto const left = (*until - *now).count();
      if (left < 0) {
        report.warnings.push_back(fmt::format("waiver {} ended on {} ({}); it does not apply",
                                              describe(waiver), waiver.until, waiver.owner));
        continue;
      }
      if (left <= kWarnDays) {
        report.warnings.push_back(fmt::format("waiver {} ends on {}, in {} day{} ({})",
                                              describe(waiver), waiver.until, left,
                                              left == 1 ? "" : "s", waiver.owner));
      }
    }
    valid.push_back(i);
  }
  return valid;
}

/// Whether it could have matched something, had that failed.
bool could_apply(Waiver const& waiver, model::RunResult const& run) {
  if (!waiver.cases.empty()) {
    return std::all_of(waiver.cases.begin(), waiver.cases.end(), [&](std::string const& id) {
      return std::any_of(run.cases.begin(), run.cases.end(),
                         [&](CaseResult const& each) { return each.id == id && ran(each); });
    });
  }
  if (!waiver.finding.empty()) {
    return false;  // a finding does not say which case would show it
  }
  return std::any_of(run.cases.begin(), run.cases.end(), [&](CaseResult const& result) {
    return ran(result) && names_case(waiver, result.id) &&
           (waiver.requirement.empty() ||
            std::any_of(result.requirements.begin(), result.requirements.end(),
                        [&](std::string const& id) { return glob(waiver.requirement, id); }));
  });
}

}  // namespace

std::string describe(Waiver const& waiver) {
  std::string text;
  auto const add = [&](std::string_view name, std::string const& value) {
    if (!value.empty()) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
    }
  };
  add("finding", waiver.finding);
  add("requirement", waiver.requirement);
  add("id", waiver.id);
  return text.empty() ? "of nothing" : text;
}

bool is_date(std::string_view text) {
  return day(text).has_value();
}

WaiverReport apply_waivers(model::RunResult& run,
                           std::vector<Waiver> const& waivers,
                           std::string_view today,
                           bool strict) {
  WaiverReport report;
  auto const valid = in_force(waivers, today, report);
  std::vector<bool> used(waivers.size(), false);
  std::vector<std::string> waived_findings;
  std::vector<std::string> open_findings;
  for (auto& result : run.cases) {
    bool failing = false;
    bool all_waived = true;
    std::string reason;
    for (auto const& observation : result.observations) {
      if (!is_objection(observation)) {
        continue;
      }
      bool waived = false;
      for (auto const i : valid) {
        if (covers(waivers[i], result, observation)) {
          waived = used[i] = true;
          reason = fmt::format("{} ({}{}{})", waivers[i].reason, waivers[i].owner,
                               waivers[i].until.empty() ? "" : ", until ", waivers[i].until);
        }
      }
      (waived ? waived_findings : open_findings).push_back(finding_id(observation));
      if (is_failing(observation.outcome, observation.level, strict)) {
        failing = true;
        all_waived = all_waived && waived;
      }
    }
    if (result.verdict == Verdict::fail && failing && all_waived) {
      result.verdict = Verdict::waived;
      result.message = fmt::format("waived: {}\n{}", reason, result.message);
      ++report.waived_cases;
    }
  }
  for (auto& finding : run.findings) {
    auto const among = [&](std::vector<std::string> const& ids) {
      return std::find(ids.begin(), ids.end(), finding.id) != ids.end();
    };
    finding.waived = among(waived_findings) && !among(open_findings);
  }
  for (auto const i : valid) {
    if (!used[i] && could_apply(waivers[i], run)) {
      report.warnings.push_back(
          fmt::format("waiver {} is stale: nothing it names failed", describe(waivers[i])));
    }
  }
  recount(run);
  return report;
}

namespace {

/// A YAML string in double quotes: any text fits.
std::string yaml_string(std::string_view text) {
  std::string out = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string baseline(model::RunResult const& run, Baseline const& words) {
  std::string text =
      fmt::format("# What failed on {}. Each entry may fail until its date.\n", words.today);
  std::string entries;
  for (auto const& finding : run.findings) {
    if (!is_failing(model::Outcome::never, finding.level, words.strict)) {
      continue;
    }
    entries +=
        fmt::format("  # {}{}{}: {}\n", finding.requirement, finding.also.empty() ? "" : ", ",
                    fmt::join(finding.also, ", "), finding.seen.substr(0, finding.seen.find('\n')));
    entries += fmt::format("  - finding: {}\n", finding.id);
    entries +=
        fmt::format("    reason: {}\n", yaml_string(fmt::format("known on {}", words.today)));
    entries += fmt::format("    owner: {}\n", yaml_string(words.owner));
    if (!words.until.empty()) {
      entries += fmt::format("    until: {}\n", yaml_string(words.until));
    }
    entries += "    cases:\n";
    for (auto const& id : finding.cases) {
      entries += fmt::format("      - {}\n", yaml_string(id));
    }
  }
  return text + (entries.empty() ? "waivers: []\n" : "waivers:\n" + entries);
}

}  // namespace rpchspec::reports
