// Ports that a run picks itself: 0 in a URL of a proxy that it starts, or in an upstream address.

#pragma once

#include "harness/targets/target.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::targets {

/// Puts a free port in the place of every 0 among the target's URLs and upstream addresses. Whoever
/// binds it next may still come too late: the port is free now, not reserved.
/// @return io: an address is not this machine's; its text says which.
[[nodiscard]] Result<void> settle_ports(Target& target);

}  // namespace rpchspec::targets
