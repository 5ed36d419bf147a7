// The gRPC server of an agent.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "harness/agent/supervisor/driven.hpp"
#include "harness/agent/supervisor/supervisor.hpp"
#include "harness/agent/token.hpp"
#include "protocol/base/error.hpp"

namespace rpchspec::service {

/// PEM texts; all empty: no TLS.
struct ServerTls {
  std::string certificate;
  std::string key;
  std::string client_ca;  // empty: clients show no certificate
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  std::optional<ServerTls> tls{};
  std::optional<agent::Token> token{};
};

/// Anything but loopback wants TLS, and client certificates or a token. unexpected says so.
[[nodiscard]] Result<void> check(ServerOptions const& options);

class AgentServer {
 public:
  /// io: it cannot be bound, or TLS refuses the certificate.
  [[nodiscard]] static Result<std::unique_ptr<AgentServer>> start(
      ServerOptions const& options,
      supervisor::Supervisor& supervisor,
      supervisor::DrivenServers& driven);

  /// Calls are answered with UNAVAILABLE from here on, and streams end with it.
  void stop();

  /// Ends every call.
  ~AgentServer();
  AgentServer(AgentServer const&) = delete;
  AgentServer& operator=(AgentServer const&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Parts;
  explicit AgentServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace rpchspec::service
