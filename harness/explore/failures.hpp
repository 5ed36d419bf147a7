// The histories of a batch that failed: which one is looked into, and what the others broke.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace rpchspec::explore {

/// A history that failed.
struct Failure {
  std::uint64_t number = 0;
  std::string id;
  std::uint64_t weight = 0;
  std::set<std::string> broken;  // requirements
};

/// A requirement that another history broke.
struct BrokenElsewhere {
  std::string requirement;
  std::string history;  // the lightest that did: its id

  friend bool operator==(BrokenElsewhere const&, BrokenElsewhere const&) = default;
};

struct Choice {
  Failure lightest;
  std::vector<BrokenElsewhere> elsewhere;  // each requirement once
};

/// @param failures  not empty.
[[nodiscard]] Choice choose(std::vector<Failure> failures);

/// Requirements of level must that a failing case broke.
[[nodiscard]] std::set<std::string> broken_by(model::CaseResult const& result);

}  // namespace rpchspec::explore
