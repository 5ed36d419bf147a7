#include "reports/expectation_text.hpp"

#include <fmt/format.h>

#include "reports/pdu_text.hpp"

namespace rpchspec::reports {
namespace {

using model::Outcome;

/// What the predicate says itself, or else what did not come, or came though it must not.
std::string sight_text(Alternative const& alternative, Allowance const& allowance) {
  auto const& predicate = *alternative.predicate;
  if (auto own = predicate.seen(); !own.empty()) {
    return own;
  }
  if (alternative.decided == Outcome::held) {
    return "as expected";
  }
  auto const subject = subject_text(alternative.subject);
  if (alternative.exhausted_ns) {
    return fmt::format("{} on {}, where nothing can come any more", predicate.kind(), subject);
  }
  auto const waited = alternative.decided_ns - allowance.anchor_ns.value_or(0);
  return fmt::format("{} on {} within {}", predicate.kind(), subject, span_text(waited));
}

/// By how much it was late.
std::string late_text(Alternative const& alternative, Allowance const& allowance) {
  auto text = fmt::format(
      ", {} after {}, {} allowed", span_text(alternative.decided_ns - *allowance.anchor_ns),
      anchor_text(allowance), span_text(allowance.scaled(alternative.within_ns)));
  if (auto const error = allowance.clock_error_ns(alternative); error != 0) {
    text += fmt::format(" and {:.3f} ms for the clocks of two machines",
                        static_cast<double>(error) / 1e6);
  }
  return text;
}

}  // namespace

std::string arrival_text(journal::v1::Event const& event) {
  if (event.has_pdu()) {
    return pdu_name(event);
  }
  if (event.has_head()) {
    auto const& head = event.head();
    return head.response() ? fmt::format("response {}", head.status()) : head.method();
  }
  if (event.has_ended()) {
    return std::string(name_of(event.ended().ending()));
  }
  return event.has_raw() ? fmt::format("{} bytes ({})", event.raw().size(), event.raw().is())
                         : std::string();
}

std::string anchor_text(Allowance const& allowance) {
  return allowance.anchor_label.empty() ? "the start" : allowance.anchor_label;
}

std::string seen_text(Alternative const& alternative,
                      Allowance const& allowance,
                      std::string const& last) {
  auto text = sight_text(alternative, allowance);
  if (alternative.decided == Outcome::late) {
    text += late_text(alternative, allowance);
  }
  if (alternative.decided == Outcome::never && !alternative.predicate->violated_at()) {
    text += last.empty() ? "; nothing came there at all" : "; the last was " + last;
  }
  return text;
}

std::string expected_text(std::vector<Alternative> const& alternatives,
                          Allowance const& allowance) {
  std::string text;
  for (auto const& alternative : alternatives) {
    text += (text.empty() ? "" : ", or ") + alternative.predicate->expected();
    if (alternative.predicate->hold_ns() == 0) {
      text += fmt::format(" within {}", span_text(allowance.scaled(alternative.within_ns)));
    }
  }
  if (allowance.anchor_ns && !allowance.anchor_label.empty()) {
    text += " of " + allowance.anchor_label;
  }
  return text;
}

}  // namespace rpchspec::reports
