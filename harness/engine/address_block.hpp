// Addresses of 127.1.0.0/16 that are this process's own.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/held_name.hpp"

namespace rpchspec::engine {

/// Runs on one machine stay out of each other's way: each holds a thousand addresses while it
/// lives.
class AddressBlock {
 public:
  /// Takes the first block that nobody holds; where all are held, shares one.
  AddressBlock();

  /// 127.1.x.y, another one for each number. Behind 999 come those of the next block.
  [[nodiscard]] std::string address(std::uint32_t number) const;

  [[nodiscard]] std::uint32_t index() const { return index_; }

 private:
  std::uint32_t index_ = 0;
  std::optional<net::HeldName> held_;
};

/// Numbers for cases, from 1: each is another one, also beside further runs of this process. They
/// begin at 1 again when nobody holds any. Any thread.
class CaseNumbers {
 public:
  CaseNumbers();
  ~CaseNumbers();
  CaseNumbers(CaseNumbers const&) = delete;
  CaseNumbers& operator=(CaseNumbers const&) = delete;

  [[nodiscard]] std::uint32_t next();
};

}  // namespace rpchspec::engine
