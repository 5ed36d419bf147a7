#include "harness/targets/process_usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace rpchspec::targets {

namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool is_number(std::string const& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

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
  std::istringstream fields(text_of(process / "statm"));
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  fields >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

pid_t group_in_stat(std::string_view stat) {
  auto const name_end = stat.rfind(')');  // the name may have blanks and brackets of its own
  if (name_end == std::string_view::npos) {
    return 0;
  }
  std::istringstream fields{std::string(stat.substr(name_end + 1))};
  std::string state;
  pid_t parent = 0;
  pid_t group = 0;
  fields >> state >> parent >> group;
  return fields ? group : 0;
}

std::optional<Usage> usage_of_group(pid_t group, fs::path const& proc) {
  Usage sum;
  std::error_code error;
  for (auto at = fs::directory_iterator(proc, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    auto const& process = at->path();
    if (!is_number(process.filename().string()) ||
        group_in_stat(text_of(process / "stat")) != group) {
      continue;
    }
    if (auto const descriptors = entries(process / "fd")) {
      ++sum.processes;
      sum.descriptors += *descriptors;
      sum.resident += resident_of(process);
    }
  }
  return sum.processes == 0 ? std::nullopt : std::optional(sum);
}

}  // namespace rpchspec::targets
