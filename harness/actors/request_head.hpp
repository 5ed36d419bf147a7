// The request heads of the client actor: the role's legal one, and what a scenario changes in it.

#pragma once

#include <optional>

#include "harness/actors/client_target.hpp"
#include "model/scenario.pb.h"
#include "protocol/base/bytes.hpp"
#include "protocol/session/server.hpp"
#include "protocol/wire/auth_challenge.hpp"
#include "protocol/wire/http_head.hpp"

namespace rpchspec::actors {

/// What a request head needs to know of its surroundings.
struct RequestSetting {
  ClientTarget const& target;
  scenario::v1::Client const& conduct;
  session::Channel channel;
  enum class Dialect { v1, v2 } dialect = Dialect::v2;
  std::optional<session::Channel> node = {};  // whose of two nodes it goes to; empty: its own
  std::uint32_t virtual_connection = 0;
  std::vector<wire::AuthChallenge> challenges = {};  // of the last 401 on this channel
  std::string authorization = {};  // of a handshake's leg; empty: Basic, where that is it
};

/// Where the request goes: over TLS where the conduct says so and the proxy has it.
[[nodiscard]] Origin const& origin_of(RequestSetting const& setting);

/// Empty for Basic.
[[nodiscard]] std::optional<net::GssMechanism> handshake_of(scenario::v1::Scheme scheme);

/// Whose credentials the request carries, and how; an empty user: nobody's, as where its target
/// names another host than the proxy under test.
[[nodiscard]] Credentials credentials_of(RequestSetting const& setting,
                                         scenario::v1::Request const& step);

/// "EXCH01:6001": server-name and port of the service that the conduct or `service` names.
[[nodiscard]] std::string query_of(RequestSetting const& setting, std::string const& service = {});

/// The head as bytes, literally. Order of headers: those of the role, the conduct's, the step's.
[[nodiscard]] Bytes request_head(RequestSetting const& setting, scenario::v1::Request const& step);

/// Content-Length of the channel's legal request: the first OUT channel announces 76.
[[nodiscard]] std::uint64_t legal_content_length(RequestSetting const& setting);

/// "Basic dXNlcjpwYXNz" (RFC 7617).
[[nodiscard]] std::string basic_authorization(Credentials const& credentials);

}  // namespace rpchspec::actors
