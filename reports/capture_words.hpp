// What a capture says of where its packets were seen. Private to reports.

#pragma once

#include <string_view>

#include "journal/journal.pb.h"

namespace rpchspec::reports {

/// "client", "server", "upstream": the end that saw them.
[[nodiscard]] std::string_view end_name(journal::v1::Source source);

/// The leg, and whose view it is; empty for the harness itself.
[[nodiscard]] std::string_view between(journal::v1::Source source);

/// What the address of that end is: as end_name, but "servers".
[[nodiscard]] std::string_view role_of(journal::v1::Source source);

}  // namespace rpchspec::reports
