// Bytes from one stream to another, and how they end.

#pragma once

#include "net/stream.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

/// Relays both ways until both have ended, and passes on how a side ended: a close_notify becomes
/// a FIN, an RST an RST. Both streams outlive the call.
[[nodiscard]] net::Task<> relay_both(net::Stream& one, net::Stream& other);

}  // namespace rpchspec::engine
