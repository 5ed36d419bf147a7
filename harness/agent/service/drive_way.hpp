// Links to an agent's Servers: how `run --backend-at grpc://HOST:PORT` reaches who plays them.

#pragma once

#include <memory>

#include "harness/agent/service/client.hpp"
#include "harness/engine/link.hpp"

namespace rpchspec::service {

/// The first link has the agent start a process for the run; further ones lead to that.
[[nodiscard]] std::unique_ptr<engine::WayToPeer> drive_way(CallerOptions const& options);

}  // namespace rpchspec::service
