// Where in a case's journal its expectation broke, as far as the words of its result tell.
// Private to reports.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "journal/journal.pb.h"
#include "model/verdict.hpp"

namespace rpchspec::reports {

struct Unmet {
  std::string expected;
  std::string seen;
  std::optional<std::uint64_t> at_ns;   // when it was decided
  std::optional<std::uint64_t> due_ns;  // until when it should have come; never after at_ns
  std::uint32_t connection = 0;         // 0: not known
};

/// When steps began and were done, by index.
class StepTimes {
 public:
  void on_event(journal::v1::Event const& event);

  /// The latest of the step's moments that lies `span` or more before `at`: an expectation counts
  /// from the end of its step, an await from its own beginning.
  [[nodiscard]] std::optional<std::uint64_t> anchor(std::uint32_t index,
                                                    std::uint64_t span,
                                                    std::uint64_t at) const;

 private:
  std::multimap<std::uint32_t, std::uint64_t> moments_;
};

/// Empty for a case whose message is not required, expected and seen.
[[nodiscard]] std::optional<Unmet> unmet_of(model::CaseResult const& result,
                                            StepTimes const& steps);

}  // namespace rpchspec::reports
