// Addresses as text.

#pragma once

#include <string_view>

namespace rpchspec::net {

/// An IPv4 address, or an IPv6 address without brackets; not a name.
[[nodiscard]] bool is_ip_address(std::string_view text);

/// "localhost", or an address that no other machine has: ::1, 127.x.y.z.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace rpchspec::net
