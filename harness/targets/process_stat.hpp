// What /proc/PID/stat says of a process.

#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rpchspec::targets {

struct ProcessStat {
  pid_t group = 0;
  pid_t session = 0;
  std::string started;  // in ticks since boot: tells it from a later one with its number
};

/// The text of /proc/PID/stat. Empty: it has another form.
[[nodiscard]] std::optional<ProcessStat> read_stat(std::string_view text);

/// Empty: there is no such process, or none that may be read.
[[nodiscard]] std::optional<ProcessStat> stat_of(pid_t pid,
                                                 std::filesystem::path const& proc = "/proc");

/// The numbers of all processes.
[[nodiscard]] std::vector<pid_t> all_processes(std::filesystem::path const& proc = "/proc");

}  // namespace rpchspec::targets
