// What the processes of a started proxy hold: descriptors and memory.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace rpchspec::targets {

struct Usage {
  std::uint32_t processes = 0;
  std::uint32_t descriptors = 0;
  std::uint64_t resident = 0;  // bytes
};

/// Sums up a process group, as /proc shows it. Empty: none of its processes can be read.
[[nodiscard]] std::optional<Usage> usage_of_group(pid_t group,
                                                  std::filesystem::path const& proc = "/proc");

}  // namespace rpchspec::targets
