// What the proxy under test wrote to its log, and what of it during one case.

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.pb.h"

namespace rpchspec::reports {

/// Parameters of a case's journal: the log's size when the case began, and when it was over.
/// "1234 proxy.log".
inline constexpr std::string_view kProxyLogFrom = "ProxyLogFrom";
inline constexpr std::string_view kProxyLogTo = "ProxyLogTo";

/// A part of a log.
struct LogRange {
  std::string name = {};  // of the file, without a folder; empty: nothing is known
  std::uint64_t from = 0;
  std::uint64_t to = 0;

  /// Reads the two parameters; other events are passed over.
  void on_event(journal::v1::Event const& event);
};

/// proxy.log and proxy-NAME.log of these folders, in order; empty ones are left out.
[[nodiscard]] std::vector<std::filesystem::path> logs_in(
    std::vector<std::filesystem::path> const& folders);

/// What of a log belongs to the case of a journal.
[[nodiscard]] LogRange log_range_of(std::filesystem::path const& journal);

/// The end of the range, at most `most` bytes, from the beginning of a line where it is cut. Empty
/// for a file that cannot be read.
[[nodiscard]] std::string end_of(std::filesystem::path const& log,
                                 LogRange const& range,
                                 std::size_t most);

}  // namespace rpchspec::reports
