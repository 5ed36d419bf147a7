// A folder of files that nobody else shall keep.

#pragma once

#include <filesystem>

namespace rpchspec::supervisor {

/// Removed with this object, and all that is in it.
class OwnFolder {
 public:
  OwnFolder() = default;

  explicit OwnFolder(std::filesystem::path path) : path_(std::move(path)) {}

  OwnFolder(OwnFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

  OwnFolder& operator=(OwnFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }

  ~OwnFolder() {
    if (!path_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(path_, ignored);
    }
  }

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rpchspec::supervisor
