// A request that became a channel: its part in a virtual channel, from the first PDU to the close.

#pragma once

#include "net/buffer.hpp"
#include "net/stream.hpp"
#include "reference_proxy/admission.hpp"
#include "reference_proxy/cookie_table.hpp"

namespace rpchspec::proxy {

/// Runs the connection to its end and closes it. The virtual channel may begin before it, or go on
/// after it, where it is recycled.
///
/// @param client    the request's head was read from it; outlives the call.
/// @param body      what was read behind the head.
/// @param channels  outlives the call, like `config`.
[[nodiscard]] net::Task<> run_channel(net::Stream& client,
                                      net::ReadBuffer body,
                                      ChannelRequest request,
                                      ProxyConfig const& config,
                                      ProxyChannels& channels);

}  // namespace rpchspec::proxy
