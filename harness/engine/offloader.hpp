// A TLS offloader for one case: TLS towards the client actor, plain TCP towards the proxy.

#pragma once

#include "net/connect.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

/// Relays bytes both ways and passes on how a side ended: close_notify becomes FIN, an RST an RST.
class Offloader {
 public:
  /// @param to  the proxy's plain address.
  Offloader(net::Executor executor, net::ConnectOptions to);

  /// Listens on a free port of 127.0.0.1 with this certificate.
  [[nodiscard]] Result<void> start(net::Certificate const& certificate);

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] net::Task<> stop();

 private:
  [[nodiscard]] net::Task<> accept();
  [[nodiscard]] net::Task<> serve(net::Stream client);

  net::Executor executor_;
  net::ConnectOptions to_;
  net::TaskScope scope_;
  std::optional<net::Listener> listener_;
  std::uint16_t port_ = 0;
};

}  // namespace rpchspec::engine
