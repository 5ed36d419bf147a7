// Addresses of 127.1.0.0/16 that are this process's own.

#pragma once

#include <cstdint>
#include <string>

namespace rpchspec::engine {

/// Runs on one machine stay out of each other's way: each holds a thousand addresses while it
/// lives, by an abstract Unix socket, which the network namespace has once, as it has the
/// addresses.
class AddressBlock {
 public:
  /// Takes the first block that nobody holds; where all are held, shares one.
  AddressBlock();
  AddressBlock(AddressBlock const&) = delete;
  AddressBlock& operator=(AddressBlock const&) = delete;
  ~AddressBlock();

  /// 127.1.x.y, another one for each number. Behind 999 come those of the next block.
  [[nodiscard]] std::string address(std::uint32_t number) const;

  [[nodiscard]] std::uint32_t index() const { return index_; }

 private:
  [[nodiscard]] bool hold(std::uint32_t index);

  std::uint32_t index_ = 0;
  int socket_ = -1;
};

}  // namespace rpchspec::engine
