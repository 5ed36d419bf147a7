// A name that one holder has at a time.

#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace rpchspec::net {

/// Keeps programs of ours out of each other's way: an abstract Unix socket's name, which a network
/// namespace has once, as it has addresses and ports, and which falls free with its holder.
class HeldName {
 public:
  /// @param name at most 100 bytes.
  /// @return nothing: another one holds it, or no socket is to be had.
  [[nodiscard]] static std::optional<HeldName> take(std::string_view name);

  HeldName(HeldName&& from) noexcept : socket_(std::exchange(from.socket_, -1)) {}

  HeldName& operator=(HeldName&& from) noexcept {
    std::swap(socket_, from.socket_);
    return *this;
  }

  HeldName(HeldName const&) = delete;
  HeldName& operator=(HeldName const&) = delete;
  ~HeldName();

 private:
  explicit HeldName(int socket) : socket_(socket) {}

  int socket_;
};

}  // namespace rpchspec::net
