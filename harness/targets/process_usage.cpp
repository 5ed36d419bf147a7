#include "harness/targets/process_usage.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

#include "harness/targets/process_stat.hpp"

namespace rpchspec::targets {

namespace {

namespace fs = std::filesystem;

/// How many entries; empty where it may not be read.
std::optional<std::uint32_t> entries(fs::path const& folder) {
  std::error_code error;
  std::uint32_t count = 0;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    ++count;
  }
  return error ? std::nullopt : std::optional(count);
}

/// The second number of /proc/PID/statm, in pages.
std::uint64_t resident_of(fs::path const& process) {
  std::ifstream fields(process / "statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  fields >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::optional<Usage> usage_of_group(pid_t group, fs::path const& proc) {
  Usage sum;
  for (auto const pid : all_processes(proc)) {
    auto const stat = stat_of(pid, proc);
    if (!stat || stat->group != group) {
      continue;
    }
    auto const process = proc / std::to_string(pid);
    if (auto const descriptors = entries(process / "fd")) {
      ++sum.processes;
      sum.descriptors += *descriptors;
      sum.resident += resident_of(process);
    }
  }
  return sum.processes == 0 ? std::nullopt : std::optional(sum);
}

}  // namespace rpchspec::targets
