// One predicate of an expectation, which has several with any_of, and when it is decided. Private
// to reports.

#pragma once

#include <limits>
#include <vector>

#include "model/verdict.hpp"
#include "reports/predicate.hpp"

namespace rpchspec::reports {

inline constexpr std::uint64_t kForever = std::numeric_limits<std::uint64_t>::max();

struct Alternative {
  Subject subject;
  std::unique_ptr<Predicate> predicate;
  std::uint64_t within_ns = 0;  // unscaled
  std::optional<model::Outcome> decided{};
  std::uint64_t decided_ns = 0;
  std::string seen{};
  std::optional<std::uint64_t> exhausted_ns{};  // nothing can come any more, since then
};

/// The inner ones first. What they leave open they have from the outer ones.
[[nodiscard]] std::vector<Alternative> alternatives_of(
    scenario::v1::Expectation const& expectation);

/// The times of one expectation's alternatives, from its anchor on.
struct Allowance {
  double timeout_scale = 1;
  journal::v1::Elsewhere elsewhere{};  // the end that another machine played; HARNESS: none
  std::optional<std::uint64_t> anchor_ns{};
  std::string anchor_label{};

  [[nodiscard]] std::uint64_t scaled(std::uint64_t ns) const {
    return static_cast<std::uint64_t>(static_cast<double>(ns) * timeout_scale);
  }

  /// What another machine saw is timed by its clock, the anchor by ours.
  [[nodiscard]] std::uint64_t clock_error_ns(Alternative const& alternative) const;

  /// When an alternative is decided if nothing more happens; kForever: not by time alone.
  [[nodiscard]] std::uint64_t due_ns(Alternative const& alternative) const;

  /// Sets the outcome of one that is due, and its time.
  void decide(Alternative& alternative) const;

 private:
  [[nodiscard]] std::uint64_t never_ns(Alternative const& alternative) const;
};

}  // namespace rpchspec::reports
