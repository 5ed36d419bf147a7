// A v1 session: the mixed proxy between one request of a client and one connection to a server.

#pragma once

#include "net/buffer.hpp"
#include "net/stream.hpp"
#include "reference_proxy/admission.hpp"

namespace rpchspec::proxy {

/// Runs it to its end and closes both connections (MS-RPCH 3.1.2).
///
/// @param client  the request's head was read from it; outlives the call, as `config` does.
/// @param body    what was read behind the head.
[[nodiscard]] net::Task<> run_mixed_session(net::Stream& client,
                                            net::ReadBuffer body,
                                            V1Request request,
                                            ProxyConfig const& config);

}  // namespace rpchspec::proxy
