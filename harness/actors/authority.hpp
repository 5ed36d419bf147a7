// "host:port" in requests, and whether it is the proxy under test's.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/actors/client_target.hpp"

namespace rpchspec::actors {

struct Authority {
  std::string host;  // without brackets
  std::uint16_t port = 0;
};

/// "gateway:6001", "[::1]:6001"; without a port it is 80. Empty where it is none of these.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

/// Of "http://AUTHORITY/path" (RFC 9112 3.2.2), and what stands behind the authority: "/" for
/// nothing. Empty for any other form.
struct AbsoluteTarget {
  Authority authority;
  std::string path;
};

[[nodiscard]] std::optional<AbsoluteTarget> parse_absolute(std::string_view target);

/// Those of the proxy under test: one, or two nodes, plain and over TLS.
[[nodiscard]] std::vector<Authority> authorities_of(ClientTarget const& target);

/// One of them. Letter case doesn't count, nor how an IPv6 address is written; nothing is resolved.
[[nodiscard]] bool is_among(std::vector<Authority> const& known, Authority const& asked);

}  // namespace rpchspec::actors
