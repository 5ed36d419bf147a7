// Opens a connection: name resolution, TCP, TLS.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/stream.hpp"

namespace rpchspec::net {

/// `--resolve HOST:PORT:ADDR`: this host is at that address.
struct ResolveOverride {
  std::string host;        // compared without case
  std::uint16_t port = 0;  // 0: any
  std::string address;     // an IP address
};

/// Where to, and how. Not an aggregate: g++ 12 destroys those twice inside a co_await.
struct ConnectOptions {
  ConnectOptions() = default;

  ConnectOptions(std::string host_, std::uint16_t port_) : host(std::move(host_)), port(port_) {}

  std::string host = {};  // name or address
  std::uint16_t port = 0;
  std::string local_address = {};  // to bind before connecting; empty: the system's choice
  std::vector<ResolveOverride> resolve = {};
  TlsContext tls = {};             // null: plain TCP
  std::size_t send_buffer = 0;     // bytes; 0: the system's
  std::size_t receive_buffer = 0;  // bytes; 0: the system's, with its automatic tuning
};

static_assert(!std::is_aggregate_v<ConnectOptions>);

/// Connects, trying each address of the host in turn, and does the TLS handshake.
///
/// Failures: refused, unreachable (network or name), deadline, tls_failed, rst, tls_truncated; the
/// error says which address, and what to check. They are told to the tap as its `ended`.
/// @param tap  told of opened, tls, and everything after.
[[nodiscard]] Task<Attempt<Stream>> connect(ConnectOptions options,
                                            std::optional<journal::ConnectionTap> tap,
                                            Deadline deadline);

/// The same without a tap.
[[nodiscard]] Task<Attempt<Stream>> connect(ConnectOptions options, Deadline deadline);

}  // namespace rpchspec::net
