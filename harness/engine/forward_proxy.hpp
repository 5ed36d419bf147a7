// A small HTTP forward proxy, as those that clients behind a firewall must go through.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/actors/authority.hpp"
#include "harness/engine/stream_server.hpp"
#include "net/connect.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::engine {

/// Where a ForwardProxy connects to. Not an aggregate: it is passed by value.
struct ForwardReach {
  ForwardReach(std::vector<actors::Authority> origins_, std::vector<net::ResolveOverride> resolve_)
      : origins(std::move(origins_)), resolve(std::move(resolve_)) {}

  std::vector<actors::Authority> origins;     // the proxy under test's; nothing else
  std::vector<net::ResolveOverride> resolve;  // names that are to be taken from here
};

/// Serves CONNECT (RFC 9110 9.3.6), and requests in absolute form, which it passes on with a Via
/// field. It looks at the first head of a connection alone: what follows goes on as it stands.
/// What a request asks for may come from a scenario of somebody else: anything but the proxy under
/// test is answered with 403.
class ForwardProxy {
 public:
  /// What a request looks like behind it.
  enum class Target {
    origin_form,   // as RFC 9112 3.2.1 asks of a proxy
    as_it_stands,  // absolute, as it would towards another proxy: servers accept it (3.2.2)
  };

  /// Told of each request that is refused, in words.
  using Refused = std::function<void(std::string const& why)>;

  ForwardProxy(net::Executor executor, Target target, ForwardReach reach, Refused refused);

  /// Listens on a free port of 127.0.0.1.
  [[nodiscard]] Result<void> start();

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

  [[nodiscard]] net::Task<> stop() { return server_.stop(); }

 private:
  [[nodiscard]] net::Task<> serve(net::Stream client);

  [[nodiscard]] std::string reason_against(std::string_view method, std::string_view target) const;

  Target target_;
  ForwardReach reach_;
  Refused refused_;
  StreamServer server_;
};

}  // namespace rpchspec::engine
