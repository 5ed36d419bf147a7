// The client's part of an NTLM or Negotiate handshake: the values of Authorization. No I/O.

#pragma once

#include <string>
#include <vector>

#include "harness/actors/client_target.hpp"
#include "net/gss_context.hpp"
#include "protocol/wire/auth_challenge.hpp"

namespace rpchspec::actors {

/// One handshake. Movable.
class LogOn {
 public:
  /// Precondition: the credentials name a handshake.
  /// @param host     of the proxy, for the service's name.
  /// @param binding  channel binding to send; empty: none.
  [[nodiscard]] static Result<LogOn> begin(Credentials const& credentials,
                                           std::string const& host,
                                           Bytes binding);

  /// Authorization of the first leg.
  [[nodiscard]] Result<std::string> first();

  /// Authorization that answers a 401. @return unexpected where the challenges have no token for
  /// this handshake.
  [[nodiscard]] Result<std::string> answer(std::vector<wire::AuthChallenge> const& challenges);

 private:
  LogOn(std::string scheme, net::GssContext context);
  [[nodiscard]] Result<std::string> step(ByteView token);

  std::string scheme_;
  net::GssContext context_;
};

}  // namespace rpchspec::actors
