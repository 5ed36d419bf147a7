// A small HTTP forward proxy, as those that clients behind a firewall must go through.

#pragma once

#include "harness/engine/stream_server.hpp"
#include "net/connect.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::engine {

/// Serves CONNECT (RFC 9110 9.3.6), and requests in absolute form, which it passes on with a Via
/// field. It looks at the first head of a connection alone: what follows goes on as it stands.
class ForwardProxy {
 public:
  /// What a request looks like behind it.
  enum class Target {
    origin_form,   // as RFC 9112 3.2.1 asks of a proxy
    as_it_stands,  // absolute, as it would towards another proxy: servers accept it (3.2.2)
  };

  /// @param resolve  names that are to be taken from here.
  ForwardProxy(net::Executor executor, Target target, std::vector<net::ResolveOverride> resolve);

  /// Listens on a free port of 127.0.0.1.
  [[nodiscard]] Result<void> start();

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

  [[nodiscard]] net::Task<> stop() { return server_.stop(); }

 private:
  [[nodiscard]] net::Task<> serve(net::Stream client);

  Target target_;
  std::vector<net::ResolveOverride> resolve_;
  StreamServer server_;
};

}  // namespace rpchspec::engine
