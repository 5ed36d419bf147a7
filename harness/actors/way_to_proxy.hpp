// The way from the client actor to the RPC over HTTP proxy: direct, or through an HTTP proxy.

#pragma once

#include "harness/actors/client_target.hpp"
#include "net/stream.hpp"
#include "protocol/session/proxy_use.hpp"

namespace rpchspec::actors {

/// One connection that is to be opened.
struct Way {
  Way(ClientTarget const& target_, Origin to_) : target(target_), to(std::move(to_)) {}

  ClientTarget const& target;
  Origin to;
  net::TlsContext tls = {};  // where `to` is https
};

/// Opens it; through target.forward_proxy where there is one. https then goes through a tunnel that
/// CONNECT asks for (RFC 9110 9.3.6), whose own exchange the tap is not told.
/// @param tap  told of everything from `opened` on; may be empty.
[[nodiscard]] net::Task<Result<net::Stream>> open_way(Way way,
                                                      std::optional<journal::ConnectionTap> tap,
                                                      net::Deadline deadline);

/// Where errors come from that no tunnel was opened.
inline constexpr std::string_view kTunnelSection = "RFC 9110 9.3.6";

/// The tunnel alone: a connection to way.to by CONNECT, before any TLS.
/// @param way  its target has a forward proxy. @return io: none was opened, and why.
[[nodiscard]] net::Task<Result<net::Stream>> open_tunnel(Way way, net::Deadline deadline);

/// Proxy use determination (MS-RPCH 3.2.2.4.1.1): an echo request each way.
/// @param target  has a forward proxy; outlives the call.
/// @return io when neither way an echo response comes.
[[nodiscard]] net::Task<Result<session::ProxyUse>> determine_proxy_use(ClientTarget const& target,
                                                                       net::Deadline deadline);

/// "proxy.example:8080", without the port where it is the scheme's own; an IPv6 literal bracketed.
[[nodiscard]] std::string authority_of(Origin const& origin);

/// The request target of a path and query on this way: absolute where an HTTP proxy is to read it
/// (RFC 9112 3.2.2).
[[nodiscard]] std::string request_target(ClientTarget const& target,
                                         Origin const& to,
                                         std::string path_and_query);

}  // namespace rpchspec::actors
