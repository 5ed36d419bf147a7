// A file of whole lines, written as things happen and locked as long as its writer lives.

#pragma once

#include <filesystem>
#include <string_view>

#include "protocol/base/error.hpp"

namespace rpchspec::engine {

/// Not thread-safe.
class Ledger {
 public:
  Ledger() = default;
  ~Ledger();
  Ledger(Ledger const&) = delete;
  Ledger& operator=(Ledger const&) = delete;

  /// Begins the file anew.
  [[nodiscard]] Result<void> open(std::filesystem::path const& file);

  /// Writes a line, or nothing of it. Before open(): nothing.
  [[nodiscard]] Result<void> append(std::string_view line);

  /// Takes the file away, as it is no longer needed.
  void remove();

 private:
  std::filesystem::path file_;
  int number_ = -1;
};

/// True while the process lives that has this ledger open.
[[nodiscard]] bool has_writer(std::filesystem::path const& file);

}  // namespace rpchspec::engine
