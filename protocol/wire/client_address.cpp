#include "protocol/wire/client_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "protocol/wire/rts_layout.hpp"

namespace rpchspec::wire {
namespace {

bool reversed(std::uint32_t address_type, AddressOrder order) {
  return order == AddressOrder::reversed || (order == AddressOrder::customary && address_type == 0);
}

void turn(ClientAddressCommand& command, AddressOrder order) {
  if (reversed(command.address_type, order)) {
    auto const size = layout::address_size(command.address_type);
    std::reverse(command.address.begin(),
                 command.address.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

}  // namespace

Result<ClientAddressCommand> client_address(std::string_view text, AddressOrder order) {
  std::string const terminated(text);
  ClientAddressCommand command;
  if (terminated.size() == std::string_view(terminated.c_str()).size()) {
    if (inet_pton(AF_INET, terminated.c_str(), command.address.data()) == 1) {
      turn(command, order);
      return command;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), command.address.data()) == 1) {
      command.address_type = 1;
      turn(command, order);
      return command;
    }
  }
  return fail({ErrorCode::bad_value, 0, "ClientAddress", "MS-RPCH 2.2.3.2",
               "found \"" + terminated + "\", expected an IPv4 or IPv6 address"});
}

std::string to_string(ClientAddressCommand const& command, AddressOrder order) {
  auto turned = command;
  turn(turned, order);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(command.address_type == 0 ? AF_INET : AF_INET6, turned.address.data(), text.data(),
            static_cast<socklen_t>(text.size()));
  return text.data();
}

bool holds_address(ClientAddressCommand const& command, std::string_view text) {
  return client_address(text, AddressOrder::network)
      .map([&](ClientAddressCommand expected) {
        if (expected.address_type != command.address_type) {
          return false;
        }
        auto mirrored = expected;
        turn(mirrored, AddressOrder::reversed);
        return command.address == expected.address || command.address == mirrored.address;
      })
      .value_or(false);
}

}  // namespace rpchspec::wire
