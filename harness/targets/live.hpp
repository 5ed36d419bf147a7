// What of a scenario the client's end alone can do and see: topology live.

#pragma once

#include <string>

#include "model/scenario.pb.h"

namespace rpchspec::targets {

/// What of it is played at a live endpoint: the timeline up to the first step that needs servers of
/// ours, and what the client's end sees until there. All of it where the client's end is enough.
[[nodiscard]] scenario::v1::Scenario live_part(scenario::v1::Scenario const& scenario);

/// Why nothing is left to judge without our own servers, "needs a server that acts at our word";
/// empty: the live part says something. The server behind a live endpoint is somebody else's: it
/// answers a bind and calls of remote management, but takes no payload and does nothing at our
/// word. A service that must not listen is a port where nobody does.
[[nodiscard]] std::string needs_own_servers(scenario::v1::Scenario const& scenario);

/// Whether it does more than a good client does: what is malformed, out of order, oversized or
/// broken off on purpose, and whatever names other servers, ports, paths or users.
[[nodiscard]] bool is_intrusive(scenario::v1::Scenario const& scenario);

}  // namespace rpchspec::targets
