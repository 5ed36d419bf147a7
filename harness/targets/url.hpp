// Addresses as people write them: URLs, HOST:PORT, HOST:PORT:ADDR, port lists.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/targets/target.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// "http://gw.example:8080/rpc/rpcproxy.dll"; the port (80, 443) and the path may be left out.
/// bad_syntax says what is wrong and shows the form; an empty text is an error as well.
enum class PortZero { refused, allowed };
[[nodiscard]] Result<Url> parse_url(std::string_view text, PortZero zero = PortZero::refused);

/// "10.0.0.5:8080", "[::1]:8080"; port 0 is allowed where `zero` is.
[[nodiscard]] Result<Address> parse_address(std::string_view text, PortZero zero);

/// "gw.example:443:127.0.0.1", the address also in brackets.
[[nodiscard]] Result<net::ResolveOverride> parse_resolve(std::string_view text);

/// "6001,6002,6004": store, referral, address book; a fourth is the endpoint mapper's; 0 is a free
/// port.
[[nodiscard]] Result<std::vector<std::uint16_t>> parse_ports(std::string_view text);

/// "host:port", with brackets round an IPv6 address.
[[nodiscard]] std::string to_string(Address const& address);

}  // namespace rpchspec::targets
