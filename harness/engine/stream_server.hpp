// What our small relays have in common: a listener, and a task for each connection it takes.

#pragma once

#include <functional>
#include <optional>

#include "net/listener.hpp"
#include "net/task_scope.hpp"

namespace rpchspec::engine {

/// Single-threaded. The owner ends it by stop() before it goes.
class StreamServer {
 public:
  using Serve = std::function<net::Task<>(net::Stream client)>;

  /// @param name  of its tasks, for the log.
  StreamServer(net::Executor executor, std::string name, Serve serve);

  /// Errors of net::Listener::bind.
  [[nodiscard]] Result<void> start(net::ListenOptions const& at);

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] net::Task<> stop();

 private:
  [[nodiscard]] net::Task<> accept();

  net::Executor executor_;
  Serve serve_;
  net::TaskScope scope_;
  std::optional<net::Listener> listener_;
  std::uint16_t port_ = 0;
};

}  // namespace rpchspec::engine
