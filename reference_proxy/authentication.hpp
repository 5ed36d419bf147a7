// Who sends the requests of one connection, by NTLM and Negotiate: they authenticate the
// connection (MS-NTHT), where Basic authenticates each request. No I/O.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/gss_context.hpp"
#include "protocol/wire/http_head.hpp"
#include "reference_proxy/config.hpp"

namespace rpchspec::proxy {

/// What a request's handshake, or its connection's, came to.
struct Identity {
  bool known = false;     // let in
  std::string challenge;  // "NTLM TlRM...": the handshake goes on with a 401; empty: it does not
};

/// The state of one connection. The configuration is a started proxy's, and outlives it.
class Authentication {
 public:
  /// @param address  of the client, for a defect that goes by it.
  Authentication(ProxyConfig const& config, std::string address);
  ~Authentication();

  /// To be asked once for each request. A request without Authorization is known where its
  /// connection is; a new handshake ends what the one before it came to.
  /// @param channel_binding  of the connection's TLS; empty: none.
  [[nodiscard]] Identity judge(wire::RequestHead const& head, Bytes const& channel_binding);

  /// The client is authenticated, or need not be.
  void remember(wire::RequestHead const& head);

  /// Two defects take the credentials of an earlier request for those of this one.
  [[nodiscard]] bool was_let_in() const;

 private:
  [[nodiscard]] Identity take(AuthScheme scheme, std::string_view token, Bytes const& binding);
  [[nodiscard]] Identity answer(AuthScheme scheme, ByteView token);
  [[nodiscard]] bool is_protected() const;
  void begin(AuthScheme scheme, Bytes const& binding);

  ProxyConfig const& config_;
  std::string address_;
  std::shared_ptr<net::GssContext> handshake_;  // null: none is going on
  bool known_ = false;
  bool had_credentials_ = false;  // on some request that was let in
};

/// The values of WWW-Authenticate in a first 401: everything that the configuration offers.
[[nodiscard]] std::vector<std::string> offered_challenges(ProxyConfig const& config);

/// What the proxy checks handshakes with, for each scheme that needs it. @return why one of them
/// cannot be offered here.
[[nodiscard]] Result<std::map<AuthScheme, net::GssCredentials>> make_acceptors(
    ProxyConfig const& config);

}  // namespace rpchspec::proxy
