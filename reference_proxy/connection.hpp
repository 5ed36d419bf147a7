// One HTTP connection of a client: requests one after the other, the last of which may be a
// channel.

#pragma once

#include "net/stream.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

/// Serves the connection to its end. @param config  outlives the call.
[[nodiscard]] net::Task<> serve_connection(net::Stream stream, ProxyConfig const& config);

/// Answers 503 and closes: there are too many connections.
[[nodiscard]] net::Task<> refuse_connection(net::Stream stream, ProxyConfig const& config);

}  // namespace rpchspec::proxy
