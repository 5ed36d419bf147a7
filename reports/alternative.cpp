#include "reports/alternative.hpp"

#include <algorithm>

namespace rpchspec::reports {
namespace {

using model::Outcome;
using scenario::v1::Expectation;

constexpr std::uint64_t kDefaultWithin = 5 * kSecond;
constexpr std::uint64_t kLeastNever = 10 * kSecond;
constexpr std::uint64_t kLastConnect = kSecond;  // a session that replaces a channel is connecting

void add_alternatives(Expectation const& expectation,
                      Expectation const& outer,
                      std::vector<Alternative>& to) {
  auto merged = expectation;
  if (merged.subject().empty()) {
    merged.set_subject(outer.subject());
  }
  if (merged.vc() == 0) {
    merged.set_vc(outer.vc());
  }
  if (!merged.has_within() && outer.has_within()) {
    *merged.mutable_within() = outer.within();
  }
  for (auto const& inner : merged.any_of()) {
    add_alternatives(inner, merged, to);
  }
  Alternative alternative;
  alternative.within_ns = merged.has_within() ? to_ns(merged.within()) : kDefaultWithin;
  alternative.subject = parse_subject(merged.subject(), merged.vc()).value_or(Subject{});
  alternative.predicate =
      make_predicate(merged, alternative.subject, PredicateTimes{alternative.within_ns});
  if (alternative.predicate) {
    to.push_back(std::move(alternative));
  }
}

}  // namespace

std::vector<Alternative> alternatives_of(Expectation const& expectation) {
  std::vector<Alternative> all;
  add_alternatives(expectation, expectation, all);
  return all;
}

std::uint64_t Allowance::clock_error_ns(Alternative const& alternative) const {
  auto const crosses = elsewhere.source() != journal::v1::HARNESS &&
                       alternative.subject.source == elsewhere.source();
  return crosses ? elsewhere.clock_error_ns() : 0;
}

/// How long after the anchor what has not come is never.
std::uint64_t Allowance::never_ns(Alternative const& alternative) const {
  auto const waited =
      scaled(std::max(3 * alternative.within_ns, kLeastNever)) + clock_error_ns(alternative);
  if (!alternative.exhausted_ns) {
    return waited;
  }
  auto const since = std::max(*alternative.exhausted_ns, *anchor_ns) - *anchor_ns;
  return std::min(waited, since + scaled(kLastConnect));
}

std::uint64_t Allowance::due_ns(Alternative const& alternative) const {
  auto const& predicate = *alternative.predicate;
  if (alternative.decided) {
    return kForever;
  }
  if (predicate.violated_at()) {
    return 0;
  }
  if (!anchor_ns) {
    return kForever;
  }
  if (auto const at = predicate.satisfied_at()) {
    auto const settled = std::max(*at, *anchor_ns) + predicate.settle_ns();
    auto const holds =
        predicate.hold_ns() - std::min(predicate.hold_ns(), clock_error_ns(alternative));
    return std::max(settled, *anchor_ns + holds);
  }
  return *anchor_ns + never_ns(alternative);
}

void Allowance::decide(Alternative& alternative) const {
  auto const& predicate = *alternative.predicate;
  if (predicate.violated_at()) {
    alternative.decided = Outcome::never;
    alternative.decided_ns = *predicate.violated_at();
  } else if (auto const at = predicate.satisfied_at()) {
    auto const allowed = scaled(alternative.within_ns) + clock_error_ns(alternative);
    alternative.decided = *at <= *anchor_ns + allowed ? Outcome::held : Outcome::late;
    alternative.decided_ns = *at;
  } else {
    alternative.decided = Outcome::never;
    alternative.decided_ns = *anchor_ns + never_ns(alternative);
  }
}

}  // namespace rpchspec::reports
