// A TLS offloader: TLS towards clients, plain TCP towards the proxy.

#pragma once

#include "harness/engine/stream_server.hpp"
#include "net/connect.hpp"

namespace rpchspec::engine {

/// Relays bytes both ways and passes on how a side ended: close_notify becomes FIN, an RST an RST.
class Offloader {
 public:
  /// @param to  the proxy's plain address. @param at  where it listens.
  Offloader(net::Executor executor,
            net::ConnectOptions to,
            net::ListenOptions at = net::ListenOptions("127.0.0.1", 0));

  /// Listens with this certificate.
  [[nodiscard]] Result<void> start(net::Certificate const& certificate);

  /// Once started: what its TLS offers by ALPN from now on. On its executor.
  [[nodiscard]] Result<void> offer_alpn(std::vector<std::string> const& names) {
    return context_.offer_alpn(names);
  }

  /// Told of each handshake that is done, before anything is relayed.
  void on_handshake(std::function<void(net::TlsSummary const&)> told) { told_ = std::move(told); }

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

  [[nodiscard]] net::Task<> stop() { return server_.stop(); }

 private:
  [[nodiscard]] net::Task<> serve(net::Stream client);

  net::ConnectOptions to_;
  net::ListenOptions at_;
  net::TlsContext context_;
  std::function<void(net::TlsSummary const&)> told_;
  StreamServer server_;
};

}  // namespace rpchspec::engine
