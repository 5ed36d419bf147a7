// Ports that a run picks itself: 0 in a URL of a proxy that it starts, in an upstream address, or
// among the ports of servers that a proxy is to find.

#pragma once

#include "harness/targets/target.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// Puts a free port in the place of every 0 among the target's URLs, upstream addresses and, where
/// the proxy is another program, the servers' ports, which are free at each of our addresses. No
/// other run picks it while the target or a copy of it lives, and no program is given it by the
/// system, which hands out higher ones.
/// @return io: an address is not this machine's, or has no free port; its text says which.
[[nodiscard]] Result<void> settle_ports(Target& target);

}  // namespace rpchspec::targets
