// Room on the disk that is kept free for the last reports.

#pragma once

#include <cstddef>
#include <filesystem>

#include "protocol/base/error.hpp"

namespace rpchspec::engine {

/// A file that takes up room until it is given up, so that a disk which fills up meanwhile has
/// room for the reports of what had finished.
class Reserve {
 public:
  Reserve() = default;

  ~Reserve() { give_up(); }

  Reserve(Reserve const&) = delete;
  Reserve& operator=(Reserve const&) = delete;

  /// @return io where there is no such room. File systems that cannot set room apart have none.
  [[nodiscard]] Result<void> take(std::filesystem::path const& file, std::size_t bytes);
  void give_up();

 private:
  std::filesystem::path file_;
};

}  // namespace rpchspec::engine
