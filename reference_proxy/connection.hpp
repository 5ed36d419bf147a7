// One HTTP connection of a client: requests one after the other, the last of which may be a
// channel.

#pragma once

#include "net/stream.hpp"
#include "reference_proxy/config.hpp"
#include "reference_proxy/cookie_table.hpp"

namespace rpchspec::proxy {

/// Serves the connection to its end. @param config, channels  outlive the call.
[[nodiscard]] net::Task<> serve_connection(net::Stream stream,
                                           ProxyConfig const& config,
                                           ProxyChannels& channels);

/// Answers 503 and closes: there are too many connections.
[[nodiscard]] net::Task<> refuse_connection(net::Stream stream, ProxyConfig const& config);

}  // namespace rpchspec::proxy
