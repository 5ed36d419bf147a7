#include "harness/engine/address_block.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace rpchspec::engine {
namespace {

constexpr std::uint32_t kBlocks = 63;
constexpr std::uint32_t kAddresses = 1000;
constexpr std::uint32_t kHosts = 254;  // of a /24: neither .0 nor .255

}  // namespace

AddressBlock::AddressBlock() {
  auto const first = static_cast<std::uint32_t>(getpid()) % kBlocks;
  index_ = first;
  for (std::uint32_t i = 0; i < kBlocks; ++i) {
    if (hold((first + i) % kBlocks)) {
      return;
    }
  }
}

AddressBlock::~AddressBlock() {
  if (socket_ >= 0) {
    close(socket_);
  }
}

bool AddressBlock::hold(std::uint32_t index) {
  auto const name = "rpchspec-127.1-" + std::to_string(index);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(),
              name.size());  // NOLINT: abstract names begin with 0
  auto const length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  auto const made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what bind(2) takes
  if (made < 0 || bind(made, reinterpret_cast<sockaddr const*>(&address), length) != 0) {
    if (made >= 0) {
      close(made);
    }
    return false;
  }
  socket_ = made;
  index_ = index;
  return true;
}

std::string AddressBlock::address(std::uint32_t number) const {
  auto const host = (index_ * kAddresses + number) % (kBlocks * kAddresses);
  return "127.1." + std::to_string(host / kHosts) + "." + std::to_string(1 + host % kHosts);
}

}  // namespace rpchspec::engine
