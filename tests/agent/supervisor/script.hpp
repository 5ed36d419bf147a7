// A shell script in the place of this program, in a folder of its own.

#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace rpchspec::supervisor {

class Script {
 public:
  Script() { std::filesystem::create_directories(folder_); }

  ~Script() { std::filesystem::remove_all(folder_); }

  Script(Script const&) = delete;
  Script& operator=(Script const&) = delete;

  /// Called as `report` it ends at once.
  std::filesystem::path write(std::string const& lines) const {
    auto const file = folder_ / "program";
    std::ofstream(file) << "#!/bin/sh\n[ \"$1\" = report ] && exit 3\n" << lines;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
  }

  [[nodiscard]] std::filesystem::path const& folder() const { return folder_; }

 private:
  static std::string name() {
    static int made = 0;
    return "supervisor_test." + std::to_string(getpid()) + "." + std::to_string(++made);
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / name();
};

}  // namespace rpchspec::supervisor
