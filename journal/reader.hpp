// Reads a journal back, record by record, from a file or from memory.

#pragma once

#include <filesystem>
#include <functional>

#include "journal/journal.pb.h"
#include "protocol/base/bytes.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::journal {

inline constexpr std::size_t kMaxRecordSize = std::size_t{1} << 20;  // bytes, without its length

/// Calls `each` for every whole record, in order; each is parsed into one reused message.
///
/// A torn last record (the harness died) ends the reading without an error. A record that cannot be
/// parsed, or is larger than 1 MiB, is an error with its offset.
/// @return how many records there were.
[[nodiscard]] Result<std::size_t> read(ByteView bytes,
                                       std::function<void(v1::Event const&)> const& each);
[[nodiscard]] Result<std::size_t> read(std::filesystem::path const& file,
                                       std::function<void(v1::Event const&)> const& each);

}  // namespace rpchspec::journal
