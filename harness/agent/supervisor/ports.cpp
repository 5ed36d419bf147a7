#include "harness/agent/supervisor/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace rpchspec::supervisor {

namespace {

bool can_bind(int domain, sockaddr const* address, socklen_t size) {
  int const handle = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (handle < 0) {
    return false;
  }
  int const on = 1;
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  bool const bound = bind(handle, address, size) == 0 && listen(handle, 1) == 0;
  close(handle);
  return bound;
}

}  // namespace

bool is_free(std::string const& address, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    return can_bind(AF_INET, reinterpret_cast<sockaddr const*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  return inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1 &&
         can_bind(AF_INET6, reinterpret_cast<sockaddr const*>(&v6), sizeof v6);
}

Ports::Ports(std::uint16_t first, std::uint16_t last, std::string address)
    : first_(first),
      address_(std::move(address)),
      taken_(static_cast<std::size_t>(last - first + 1) / kPerLease, false) {}

std::optional<std::vector<std::uint16_t>> Ports::take() {
  for (std::size_t block = 0; block < taken_.size(); ++block) {
    std::vector<std::uint16_t> ports;
    for (std::uint16_t i = 0; i < kPerLease && !taken_[block]; ++i) {
      ports.push_back(static_cast<std::uint16_t>(first_ + block * kPerLease + i));
    }
    bool const usable =
        !ports.empty() && std::all_of(ports.begin(), ports.end(),
                                      [&](std::uint16_t port) { return is_free(address_, port); });
    if (usable) {
      taken_[block] = true;
      return ports;
    }
  }
  return std::nullopt;
}

void Ports::give_back(std::vector<std::uint16_t> const& ports) {
  taken_[static_cast<std::size_t>(ports.front() - first_) / kPerLease] = false;
}

}  // namespace rpchspec::supervisor
