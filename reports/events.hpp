// events.jsonl: the journals of all cases, one JSON object a line.

#pragma once

#include <filesystem>
#include <ostream>
#include <string_view>

#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::reports {

/// Appends one case's journal; each line carries its id as "case".
/// @return how many lines; the reader's error for a broken journal (what came before is written).
[[nodiscard]] Result<std::size_t> write_events(std::ostream& to,
                                               std::string_view case_id,
                                               std::filesystem::path const& journal);
[[nodiscard]] Result<std::size_t> write_events(std::ostream& to,
                                               std::string_view case_id,
                                               ByteView journal);

}  // namespace rpchspec::reports
