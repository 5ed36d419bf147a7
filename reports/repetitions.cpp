#include "reports/repetitions.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "reports/choices.hpp"
#include "reports/findings.hpp"
#include "reports/verdict.hpp"

namespace rpchspec::reports {

using model::CaseResult;
using model::Observation;
using model::Verdict;

namespace {

std::size_t times_of(CaseResult const& result, Verdict verdict) {
  auto const found = result.repetitions.find(verdict);
  return found == result.repetitions.end() ? 0 : found->second;
}

void add_objections(CaseResult& to, std::vector<Observation> const& from) {
  std::set<std::pair<std::string, std::string>> known;  // finding, requirement
  auto const is_new = [&](Observation const& observation) {
    return known.emplace(finding_id(observation), observation.requirement).second;
  };
  for (auto const& observation : to.observations) {
    if (is_objection(observation)) {
      is_new(observation);
    }
  }
  std::copy_if(from.begin(), from.end(), std::back_inserter(to.observations),
               [&](auto const& each) { return is_objection(each) && is_new(each); });
}

void add_requirements(CaseResult& to, std::vector<std::string> const& from) {
  std::copy_if(from.begin(), from.end(), std::back_inserter(to.requirements), [&](auto const& id) {
    return std::find(to.requirements.begin(), to.requirements.end(), id) == to.requirements.end();
  });
}

}  // namespace

void add_repetition(CaseResult& known, CaseResult next) {
  auto repetitions = std::move(known.repetitions);
  if (repetitions.empty()) {
    ++repetitions[known.verdict];
  }
  ++repetitions[next.verdict];
  auto const suspect = known.suspect || next.suspect;
  if (weight_of(known.verdict) < weight_of(next.verdict)) {
    std::swap(known, next);
  }
  add_objections(known, next.observations);
  add_requirements(known, next.requirements);
  add_choices(known, next.choices);
  known.suspect = suspect;
  known.repetitions = std::move(repetitions);
}

void add_case(RowsById<CaseResult>& cases, CaseResult result) {
  auto* const same = cases.find(result.id);
  if (same == nullptr) {
    cases.add(std::move(result));
  } else if (result.repetition != 0 && same->configuration == result.configuration) {
    add_repetition(*same, std::move(result));
  } else if (same->verdict == Verdict::pass || (is_red(result.verdict) && !is_red(same->verdict))) {
    *same = std::move(result);
  }
}

bool is_flaky(CaseResult const& result) {
  auto const held = times_of(result, Verdict::pass) + times_of(result, Verdict::warn);
  auto const broken = times_of(result, Verdict::fail) + times_of(result, Verdict::blocked);
  return held != 0 && broken != 0;
}

std::string repetitions_text(CaseResult const& result) {
  std::string text;
  for (auto const& [verdict, count] : result.repetitions) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, model::to_string(verdict));
  }
  return is_flaky(result) ? "flaky: " + text : text;
}

}  // namespace rpchspec::reports
