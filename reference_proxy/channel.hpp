// One IN or OUT channel: a role's machine between the client's HTTP connection and the server.

#pragma once

#include "net/buffer.hpp"
#include "net/stream.hpp"
#include "reference_proxy/admission.hpp"

namespace rpchspec::proxy {

/// Runs the channel to its end and closes both connections.
///
/// @param client   the request's head was read from it; outlives the call.
/// @param body     what was read behind the head.
[[nodiscard]] net::Task<> run_channel(net::Stream& client,
                                      net::ReadBuffer& body,
                                      ChannelRequest request,
                                      ProxyConfig const& config);

}  // namespace rpchspec::proxy
