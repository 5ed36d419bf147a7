// A case's ladder as JSON for the page that draws it, with the bytes of its PDUs and their fields.
// Private to reports.

#pragma once

#include <cstddef>
#include <filesystem>

#include <boost/json/value.hpp>

#include "model/verdict.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

struct LadderJsonLimits {
  std::size_t rows = 600;  // then the middle is left out
  std::size_t run = 40;    // PDUs of a run that are shown with their bytes
};

/// {"rows": [row...], "layouts": [layout...], "traffic": see traffic.hpp}
///
///   row     t seconds; k what it is: step, open, tls, head, pdu, run, raw, end, fault, timer,
///           mismatch, note, other, due (a deadline), unmet (what was not seen), gap (w says how
///           many rows are left out); w words; and of a connection: s side, "c" or "s"; d way, 1
///           rightwards, -1 leftwards; n number; g tag; i what can be opened; m how many PDUs
///   i       PDU: name, t, size, at (offset in its stream), x hex of the bytes kept, l layout, v
///           values, e error. Head: t, size, head (text). Stray bytes: t, size, is, x
///   layout  [[offset, size, name, section]...]: fields of PDUs of one form, in the order of v
[[nodiscard]] Result<boost::json::value> ladder_json(std::filesystem::path const& journal,
                                                     model::CaseResult const& result,
                                                     LadderJsonLimits const& limits = {});

}  // namespace rpchspec::reports
