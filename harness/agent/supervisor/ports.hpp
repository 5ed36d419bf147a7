// Ports that are given to leases, so that two of them never meet.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rpchspec::supervisor {

/// Single-threaded.
class Ports {
 public:
  static constexpr std::uint16_t kPerLease = 16;

  /// `first` to `last`, both included; `address` is where fixtures will listen.
  Ports(std::uint16_t first, std::uint16_t last, std::string address);

  /// A block that no lease has, and in which nobody listens at this moment. Empty: there is none.
  [[nodiscard]] std::optional<std::vector<std::uint16_t>> take();
  void give_back(std::vector<std::uint16_t> const& ports);

 private:
  std::uint16_t first_;
  std::string address_;
  std::vector<bool> taken_;  // by block
};

/// True where a listener could be bound there at this moment.
[[nodiscard]] bool is_free(std::string const& address, std::uint16_t port);

}  // namespace rpchspec::supervisor
