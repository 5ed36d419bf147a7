// How the client actor reaches the proxy under test.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "net/connect.hpp"
#include "net/gss_credentials.hpp"
#include "protocol/session/server.hpp"

namespace rpchspec::actors {

/// One HTTP or HTTPS address.
struct Origin {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
};

struct Credentials {
  std::string user;                              // empty: none
  std::optional<std::string> password;           // empty: in the file that NTLM_USER_FILE names
  std::optional<net::GssMechanism> handshake{};  // empty: Basic
};

/// Not an aggregate: it is passed into coroutines.
struct ClientTarget {
  ClientTarget() = default;

  Origin in{};  // where IN channels go; topology split has two
  Origin out{};
  Origin tls_in{};  // the same proxies over TLS; port 0: none
  Origin tls_out{};
  std::optional<Origin> forward_proxy{};  // HTTP proxy that everything goes through
  std::string path = "/rpc/rpcproxy.dll";
  std::string server_name = {};                     // for the URI
  std::map<std::string, std::uint16_t> ports = {};  // "store" -> 6001, ...
  std::vector<net::ResolveOverride> resolve = {};
  net::TlsClientOptions tls = {};
  net::Certificate certificate = {};  // shown where a scenario wants it and the options have none
  net::Certificate stranger = {};     // of an authority that no proxy trusts
  Credentials credentials = {};
  std::string local_address = {};  // to connect from; empty: the system's choice

  /// IN and OUT channels go to two nodes: what R1 recycling moves goes to the other of them.
  [[nodiscard]] bool has_two_nodes() const { return in.host != out.host || in.port != out.port; }
};

static_assert(!std::is_aggregate_v<ClientTarget>);

}  // namespace rpchspec::actors
