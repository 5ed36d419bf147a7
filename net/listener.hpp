// Accepts connections on one address.

#pragma once

#include <memory>
#include <string>

#include "net/stream.hpp"

namespace rpchspec::net {

struct ListenOptions {
  ListenOptions() = default;

  ListenOptions(std::string address_, std::uint16_t port_)
      : address(std::move(address_)), port(port_) {}

  std::string address = "127.0.0.1";  // an IP address; "0.0.0.0" and "::" are all
  std::uint16_t port = 0;             // 0: a free one
  TlsContext tls = {};                // null: plain TCP
  std::size_t send_buffer = 0;        // of accepted sockets, in bytes; 0: the system's
  std::size_t receive_buffer = 0;
  int backlog = 512;
};

static_assert(!std::is_aggregate_v<ListenOptions>);

/// Movable. SO_REUSEADDR is on: a port in TIME_WAIT is free.
class Listener {
 public:
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();

  /// Binds and listens. A port in use, a privileged one, or an address that is not ours is an
  /// error that says so and what to do.
  [[nodiscard]] static Result<Listener> bind(Executor executor, ListenOptions options);

  /// The next connection. A TLS one still owes its handshake: spawn a task, observe(), then
  /// `co_await stream.handshake(deadline)` there, so that a silent client holds up nobody.
  ///
  /// Failures: deadline; cancelled (cancel(), close()). Passing errors (connection aborted, out of
  /// descriptors) are waited out inside.
  [[nodiscard]] Task<Attempt<Stream>> accept(Deadline deadline);

  [[nodiscard]] std::uint16_t local_port() const;
  /// "127.0.0.1:6001"
  [[nodiscard]] std::string const& local() const;

  /// Stops listening: new connects are refused. A pending accept yields `cancelled`.
  void close();

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace rpchspec::net
