// The embedded RPC over HTTP proxy: listeners, and a task for each connection.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/asio.hpp"
#include "net/stream.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

/// Where the proxy listens.
struct ProxyEndpoint {
  Scheme scheme = Scheme::http;
  std::string address;
  std::uint16_t port = 0;

  /// "http://127.0.0.1:8080", "https://[::1]:8443".
  [[nodiscard]] std::string url() const;
};

/// Has no thread: runs on one io_context, single-threaded. Any number may share it.
///
///     ReferenceProxy proxy(config);
///     auto started = proxy.start(io.get_executor());   // listening from here on
///     ...
///     co_await proxy.stop();                           // before it is destroyed
class ReferenceProxy {
 public:
  explicit ReferenceProxy(ProxyConfig config);
  ~ReferenceProxy();
  ReferenceProxy(ReferenceProxy const&) = delete;
  ReferenceProxy& operator=(ReferenceProxy const&) = delete;

  /// Checks the configuration, binds every address and starts to accept. All or nothing.
  /// @return bad_value for what check() refuses (a connection timeout below 30 s), io for an
  ///         address that cannot be bound, tls for a certificate that cannot be used.
  [[nodiscard]] Result<void> start(net::Executor executor);

  /// Serves an HTTP connection that was accepted elsewhere. When not started, or stopped, it goes
  /// to the lender; without one it is dropped.
  void adopt(net::Handover handover);

  /// With the ports that were really bound; empty before start().
  [[nodiscard]] std::vector<ProxyEndpoint> const& endpoints() const;

  /// The certificate of the HTTPS endpoints, for clients to trust; empty without HTTPS.
  [[nodiscard]] std::string const& certificate_pem() const;

  /// HTTP connections that are open now.
  [[nodiscard]] std::size_t connections() const;

  /// Has this defect from here on; what began before keeps most of the former one. not_supported
  /// for those that have to be there from the start.
  [[nodiscard]] Result<void> set_defect(Defect defect);

  /// Resets every connection of a client (RST), and goes on. @return how many there were.
  std::size_t reset_connections();

  /// Stops listening, ends every connection, and waits for that. Nothing to do when not started.
  [[nodiscard]] net::Task<> stop();

  [[nodiscard]] ProxyConfig const& config() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rpchspec::proxy
