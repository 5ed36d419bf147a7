// What of a scenario the client's end alone can do and see: topology live.

#pragma once

#include <string>

#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// Why this scenario needs our own servers, "needs to act at the server: step server.send"; empty:
/// the client's end is enough. The server behind a live endpoint is somebody else's: it answers a
/// bind and calls of remote management, but takes no payload and does nothing at our word.
[[nodiscard]] std::string needs_own_servers(scenario::v1::Scenario const& scenario);

/// Whether it does more than a good client does: what is malformed, out of order, oversized or
/// broken off on purpose, and whatever names other servers, paths or users.
[[nodiscard]] bool is_intrusive(scenario::v1::Scenario const& scenario);

}  // namespace rpchspec::targets
