#include "harness/targets/program.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/targets/process.hpp"

namespace rpchspec::targets {

namespace {

constexpr char const* kSystemFolders = ":/usr/local/sbin:/usr/sbin:/sbin";

std::string search_path() {
  char const* const path = std::getenv("PATH");
  return (path == nullptr ? std::string("/usr/local/bin:/usr/bin:/bin") : std::string(path)) +
         kSystemFolders;
}

std::string trimmed(std::string const& line) {
  auto const begin = line.find_first_not_of(" \t\r");
  auto const end = line.find_last_not_of(" \t\r");
  return begin == std::string::npos ? std::string() : line.substr(begin, end - begin + 1);
}

}  // namespace

std::optional<std::filesystem::path> find_program(std::string const& name) {
  std::istringstream folders(name.find('/') == std::string::npos ? search_path()
                                                                 : std::string("/"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto const file = std::filesystem::path(folder) / name;
    std::error_code ignored;
    if (!folder.empty() && std::filesystem::is_regular_file(file, ignored) &&
        access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return std::nullopt;
}

std::string why_absent(Program const& program) {
  if (program.name.empty() || find_program(program.name)) {
    return {};
  }
  return program.name + " is not installed" +
         (program.package.empty() ? std::string() : "; Debian's package is " + program.package);
}

std::string version_of(Program const& program, std::filesystem::path const& log) {
  if (program.version.empty()) {
    return {};
  }
  auto process = StartedProcess::start(program.version, {{"PATH", search_path()}}, log);
  if (!process || !process->wait_for_end(std::chrono::seconds(10))) {
    return {};
  }
  std::ifstream said(log);
  std::string version;
  for (std::string line; version.empty() && std::getline(said, line);) {
    version = trimmed(line).substr(0, 120);
  }
  std::error_code ignored;
  std::filesystem::remove(log, ignored);
  return version;
}

}  // namespace rpchspec::targets
