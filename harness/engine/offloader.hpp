// A TLS offloader: TLS towards clients, plain TCP towards the proxy.

#pragma once

#include "net/connect.hpp"
#include "net/listener.hpp"
#include "net/task_scope.hpp"

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

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] net::Task<> stop();

 private:
  [[nodiscard]] net::Task<> accept();
  [[nodiscard]] net::Task<> serve(net::Stream client);

  net::Executor executor_;
  net::ConnectOptions to_;
  net::ListenOptions at_;
  net::TaskScope scope_;
  std::optional<net::Listener> listener_;
  std::uint16_t port_ = 0;
};

}  // namespace rpchspec::engine
