#include "reports/findings.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::Finding;
using model::Observation;
using model::Verdict;

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_word(char c) {
  return is_hex(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// A number of at most three digits is a name of something (a status, a version) where no unit
/// follows; whatever is longer, has a fraction or a unit, is a measurement.
bool is_measurement(std::string_view token, std::string_view rest) {
  bool const digits = std::all_of(token.begin(), token.end(),
                                  [](char c) { return is_digit(c) || c == '.' || c == ':'; });
  if (digits && is_digit(token.front())) {
    bool const unit = rest.substr(0, 2) == " s" || rest.substr(0, 3) == " ms" ||
                      rest.substr(0, 6) == " bytes" || rest.substr(0, 4) == " min";
    // 127.0.0.1:6001 is an address, 1.1 is a version.
    bool const address =
        std::count(token.begin(), token.end(), '.') > 1 || token.find(':') != token.npos;
    bool const fraction = token.find('.') != token.npos;
    return unit || address || (!fraction && token.size() > 3);
  }
  if (token.substr(0, 2) == "0x") {
    return token.size() > 10;
  }
  return token.size() >= 16 && std::all_of(token.begin(), token.end(), is_hex);
}

bool counts_things(std::string_view before) {
  constexpr std::string_view kNames[] = {"connection ", "step ",   "call ",
                                         "PDU ",        "offset ", "port "};
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return before.size() >= name.size() && before.substr(before.size() - name.size()) == name;
  });
}

std::string const& leading(Observation const& observation) {
  return observation.led_by.empty() ? observation.requirement : observation.led_by;
}

std::string signature(Observation const& observation) {
  return fmt::format("{}\n{}\n{}\n{}", leading(observation), observation.kind, observation.leg,
                     normalised(observation.seen));
}

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (char const c : text) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
  }
  return hash;
}

bool comes_first(Finding const& a, Finding const& b) {
  bool const fails_a = verdict_of(model::Outcome::never, a.level) == Verdict::fail;
  bool const fails_b = verdict_of(model::Outcome::never, b.level) == Verdict::fail;
  if (fails_a != fails_b) {
    return fails_a;
  }
  return a.cases.size() != b.cases.size() ? a.cases.size() > b.cases.size() : a.id < b.id;
}

}  // namespace

std::string normalised(std::string_view seen) {
  seen = seen.substr(0, seen.find(';'));  // what came last is not what is wrong
  std::string text;
  for (std::size_t i = 0; i < seen.size();) {
    bool const starts_word = i == 0 || !is_word(seen[i - 1]);
    if (!starts_word || !is_hex(seen[i])) {
      text += seen[i++];
      continue;
    }
    std::size_t end = i;
    while (end < seen.size() &&
           (is_word(seen[end]) || ((seen[end] == '.' || seen[end] == ':') &&
                                   end + 1 < seen.size() && is_digit(seen[end + 1])))) {
      ++end;
    }
    auto const token = seen.substr(i, end - i);
    bool const counted = std::all_of(token.begin(), token.end(), is_digit) && counts_things(text);
    text += counted || is_measurement(token, seen.substr(end)) ? "#" : token;
    i = end;
  }
  return text;
}

std::string finding_id(Observation const& observation) {
  return fmt::format("f-{:08x}", fnv1a(signature(observation)));
}

void add_also(Finding& finding, std::string const& requirement) {
  if (std::find(finding.also.begin(), finding.also.end(), requirement) == finding.also.end()) {
    finding.also.push_back(requirement);
  }
}

bool is_objection(Observation const& observation) {
  auto const verdict = verdict_of(observation.outcome, observation.level);
  return verdict == Verdict::fail || verdict == Verdict::warn;
}

std::vector<Finding> FindingCollector::add(model::CaseResult const& result) {
  auto const known = static_cast<std::ptrdiff_t>(findings_.size());
  for (auto const& observation : result.observations) {
    if (!is_objection(observation)) {
      continue;
    }
    auto& finding = finding_of(observation, result);
    if (finding.cases.back() != result.id) {
      finding.cases.push_back(result.id);
    }
    if (finding.requirement != observation.requirement) {
      add_also(finding, observation.requirement);
    }
  }
  return {findings_.begin() + known, findings_.end()};
}

/// The one that is known, or a new one.
Finding& FindingCollector::finding_of(Observation const& observation,
                                      model::CaseResult const& result) {
  auto const id = finding_id(observation);
  auto const known = std::find_if(findings_.begin(), findings_.end(),
                                  [&](Finding const& finding) { return finding.id == id; });
  if (known != findings_.end()) {
    return *known;
  }
  findings_.push_back({id,
                       leading(observation),
                       {},
                       observation.level,
                       observation.kind,
                       observation.leg,
                       observation.expected,
                       observation.seen,
                       {result.id},
                       result.rerun,
                       false});
  // A late outcome only warns, even of a must: the finding must not look worse than it is.
  if (observation.outcome == model::Outcome::late) {
    findings_.back().level = model::Level::product;
  }
  return findings_.back();
}

std::vector<Finding> find_causes(std::vector<model::CaseResult> const& cases) {
  FindingCollector collector;
  for (auto const& result : cases) {
    collector.add(result);
  }
  auto findings = collector.findings();
  std::sort(findings.begin(), findings.end(), comes_first);
  return findings;
}

}  // namespace rpchspec::reports
