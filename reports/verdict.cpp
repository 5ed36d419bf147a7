#include "reports/verdict.hpp"

#include <algorithm>

namespace rpchspec::reports {

using model::Level;
using model::Outcome;
using model::Verdict;

namespace {

Verdict of_never(Level level) {
  switch (level) {
    case Level::must:
      return Verdict::fail;
    case Level::should:
    case Level::product:
      return Verdict::warn;
    case Level::may:
    case Level::not_applicable:
      return Verdict::pass;
  }
  return Verdict::fail;
}

/// That a thing happens is the requirement; how soon is our bound, whatever the level.
Verdict of_late(Level level) {
  return of_never(level) == Verdict::pass ? Verdict::pass : Verdict::warn;
}

int weight(Verdict verdict) {
  switch (verdict) {
    case Verdict::error:
      return 4;
    case Verdict::fail:
      return 3;
    case Verdict::blocked:
      return 2;
    case Verdict::warn:
      return 1;
    default:
      return 0;
  }
}

Verdict worse(Verdict a, Verdict b) {
  return weight(a) < weight(b) ? b : a;
}

}  // namespace

bool is_red(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::blocked || verdict == Verdict::error;
}

int weight_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::skip:
      return 0;
    case Verdict::not_run:
      return 1;
    case Verdict::pass:
      return 2;
    case Verdict::warn:
      return 3;
    case Verdict::waived:
      return 4;
    case Verdict::blocked:
      return 5;
    case Verdict::error:
      return 6;
    case Verdict::fail:
      return 7;
  }
  return 0;
}

Verdict verdict_of(Outcome outcome, Level level) {
  switch (outcome) {
    case Outcome::held:
    case Outcome::informational:
      return Verdict::pass;
    case Outcome::late:
      return of_late(level);
    case Outcome::never:
      return of_never(level);
    case Outcome::blocked:
      return level == Level::not_applicable ? Verdict::pass : Verdict::blocked;
  }
  return Verdict::error;
}

Verdict verdict_of(std::vector<model::Observation> const& observations, CaseFacts const& facts) {
  auto verdict = facts.harness_error                         ? Verdict::error
                 : facts.setup_failed || facts.action_failed ? Verdict::blocked
                                                             : Verdict::pass;
  for (auto const& observation : observations) {
    verdict = worse(verdict, verdict_of(observation.outcome, observation.level));
  }
  if (facts.trial && (verdict == Verdict::fail || verdict == Verdict::blocked)) {
    return Verdict::warn;
  }
  return facts.strict && !facts.trial && verdict == Verdict::warn ? Verdict::fail : verdict;
}

}  // namespace rpchspec::reports
