// One GSSAPI handshake of either side: tokens in and out, no I/O.

#pragma once

#include <memory>
#include <string>

#include "net/gss_credentials.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::net {

/// Movable. NTLM takes three tokens: the client's, the server's challenge, the client's answer.
class GssContext {
 public:
  struct Step {
    Bytes token = {};       // for the peer; may be empty
    bool complete = false;  // this side is done
  };

  /// @param service          "HTTP@proxy.example".
  /// @param channel_binding  TlsSummary::channel_binding; empty: none is sent.
  [[nodiscard]] static GssContext initiator(GssCredentials credentials,
                                            std::string const& service,
                                            Bytes channel_binding = {});

  /// @param channel_binding  what a client's must be if it sends one; empty: it is not looked at.
  [[nodiscard]] static GssContext acceptor(GssCredentials credentials, Bytes channel_binding = {});

  GssContext(GssContext&&) noexcept;
  GssContext& operator=(GssContext&&) noexcept;
  ~GssContext();

  /// Takes the peer's token (none: an initiator's first step). An error ends the handshake: a
  /// token that is none, a wrong password, a channel binding that is another connection's.
  [[nodiscard]] Result<Step> step(ByteView token);

  /// Acceptor: the client's channel binding was there, and right.
  [[nodiscard]] bool bound() const;

  /// Acceptor, when complete: the client's name.
  [[nodiscard]] std::string peer() const;

 private:
  struct State;
  explicit GssContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rpchspec::net
