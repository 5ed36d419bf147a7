// What all cases of a run listen on together: servers for a proxy on another machine, upstreams
// behind an HTTP front.

#pragma once

#include <memory>
#include <string>

#include "harness/engine/dispatcher.hpp"
#include "harness/engine/tls_upstream.hpp"
#include "harness/targets/target.hpp"

namespace rpchspec::engine {

class SharedListeners {
 public:
  /// Opens what the target's topology needs. An error names the address that can't be had.
  [[nodiscard]] static Result<SharedListeners> open(targets::Target const& target);

  [[nodiscard]] Dispatcher* server_legs() const { return server_legs_.get(); }

  [[nodiscard]] Dispatcher* upstream() const { return upstream_.get(); }

  /// Of the TLS to our upstream; empty: it is plain.
  [[nodiscard]] Bytes upstream_binding() const {
    return tls_upstream_ ? tls_upstream_->channel_binding() : Bytes();
  }

  [[nodiscard]] TlsUpstream* tls_upstream() const { return tls_upstream_.get(); }

  /// Our address as the proxy sees it: of the route towards it.
  [[nodiscard]] std::string const& own_address() const { return own_address_; }

 private:
  [[nodiscard]] Result<void> open_upstream(targets::Target const& target);
  [[nodiscard]] Result<void> open_server_legs(targets::Target const& target);

  std::unique_ptr<Dispatcher> server_legs_;
  std::unique_ptr<Dispatcher> upstream_;
  std::unique_ptr<TlsUpstream> tls_upstream_;
  std::string own_address_ = "127.0.0.1";
};

/// The local address that the system would send from to this host; io when it can't be resolved.
[[nodiscard]] Result<std::string> address_towards(std::string const& host, std::uint16_t port);

}  // namespace rpchspec::engine
