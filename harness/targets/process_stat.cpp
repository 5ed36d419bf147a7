#include "harness/targets/process_stat.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rpchspec::targets {

std::optional<ProcessStat> read_stat(std::string_view text) {
  auto const name_end = text.rfind(')');  // the name may have blanks and brackets of its own
  if (name_end == std::string_view::npos) {
    return std::nullopt;
  }
  std::istringstream fields{std::string(text.substr(name_end + 1))};
  std::string state;
  pid_t parent = 0;
  ProcessStat stat;
  fields >> state >> parent >> stat.group >> stat.session;
  constexpr int kBetween = 15;  // fields 7 to 21
  for (int i = 0; i < kBetween; ++i) {
    fields >> stat.started;
  }
  fields >> stat.started;
  return fields ? std::optional(stat) : std::nullopt;
}

std::optional<ProcessStat> stat_of(pid_t pid, std::filesystem::path const& proc) {
  std::ifstream in(proc / std::to_string(pid) / "stat");
  return read_stat(std::string(std::istreambuf_iterator<char>(in), {}));
}

std::vector<pid_t> all_processes(std::filesystem::path const& proc) {
  std::vector<pid_t> all;
  std::error_code error;
  for (auto at = std::filesystem::directory_iterator(proc, error);
       !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    auto const name = at->path().filename().string();
    pid_t pid = 0;
    auto const [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong == std::errc() && end == name.data() + name.size()) {
      all.push_back(pid);
    }
  }
  return all;
}

}  // namespace rpchspec::targets
