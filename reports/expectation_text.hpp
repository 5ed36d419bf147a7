// An expectation and what was seen of it, in words. Private to reports.

#pragma once

#include "reports/alternative.hpp"

namespace rpchspec::reports {

/// "CONN/C2", "response 503", "fin"; empty for an event that comes from nobody.
[[nodiscard]] std::string arrival_text(journal::v1::Event const& event);

/// "the start", or the step that its time counts from.
[[nodiscard]] std::string anchor_text(Allowance const& allowance);

/// Of one that is decided. @param last  what came last on its subject, and when; empty: nothing.
[[nodiscard]] std::string seen_text(Alternative const& alternative,
                                    Allowance const& allowance,
                                    std::string const& last);

/// All that may come, and within which time.
[[nodiscard]] std::string expected_text(std::vector<Alternative> const& alternatives,
                                        Allowance const& allowance);

}  // namespace rpchspec::reports
