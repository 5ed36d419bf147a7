// How a channel's machine is set, by the request, the client and the proxy's configuration.

#pragma once

#include <tl/expected.hpp>

#include "net/connect.hpp"
#include "net/stream.hpp"
#include "protocol/session/inbound_proxy.hpp"
#include "protocol/session/outbound_proxy.hpp"
#include "reference_proxy/admission.hpp"

namespace rpchspec::proxy {

[[nodiscard]] session::InboundProxyConfig inbound_config(ChannelRequest const& request,
                                                         net::Stream const& client,
                                                         ProxyConfig const& config);
[[nodiscard]] session::OutboundProxyConfig outbound_config(ChannelRequest const& request,
                                                           ProxyConfig const& config);

/// Where the server of a request's URI is reached.
/// @return the code of the RPC error that says why it isn't: see Unmapped.
[[nodiscard]] tl::expected<net::ConnectOptions, std::uint32_t> server_address(
    wire::RpcUri const& uri, ProxyConfig const& config);

/// Lets each write of the stream go in pieces, or wait for more, where that variant is chosen.
void shape_writes(net::Stream& stream, ProxyConfig const& config);

}  // namespace rpchspec::proxy
