// The fields of an HTTP head that an expectation names. Private to reports.

#pragma once

#include <string>
#include <string_view>

#include "model/scenario.pb.h"
#include "reports/matching.hpp"

namespace rpchspec::reports {

using WantedHeaders = google::protobuf::RepeatedPtrField<scenario::v1::Header>;
using HeaderNames = google::protobuf::RepeatedPtrField<std::string>;

/// Why the fields of a head do not do; empty when they do.
[[nodiscard]] std::string missing_field(std::string_view text,
                                        WantedHeaders const& wanted,
                                        HeaderNames const& absent,
                                        Parameters const& parameters);

/// ", NAME: VALUE" for each.
[[nodiscard]] std::string header_text(WantedHeaders const& headers, HeaderNames const& absent);

/// As much of a line as a report wants to show, in ASCII.
[[nodiscard]] std::string shown(std::string_view line);

}  // namespace rpchspec::reports
