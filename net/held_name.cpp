#include "net/held_name.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace rpchspec::net {

std::optional<HeldName> HeldName::take(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof(address.sun_path)) {
    return std::nullopt;
  }
  std::copy(name.begin(), name.end(), address.sun_path + 1);  // abstract names begin with 0
  auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  auto const made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) {
    return std::nullopt;
  }
  HeldName held(made);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what bind(2) takes
  if (bind(made, reinterpret_cast<sockaddr const*>(&address), length) != 0) {
    return std::nullopt;
  }
  return held;
}

HeldName::~HeldName() {
  if (socket_ >= 0) {
    close(socket_);
  }
}

}  // namespace rpchspec::net
