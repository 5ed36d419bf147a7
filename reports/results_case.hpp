// One case of results.json. Private to reports.

#pragma once

#include <boost/json/object.hpp>

#include "model/verdict.hpp"

namespace rpchspec::reports {

/// The case without its observations.
[[nodiscard]] boost::json::object case_json(model::CaseResult const& result);

/// Reads one back; what is missing or of another type is left at its default.
[[nodiscard]] model::CaseResult case_of(boost::json::object const& object);

}  // namespace rpchspec::reports
