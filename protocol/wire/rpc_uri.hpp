// The request target of RPC over HTTP: "/rpc/rpcproxy.dll?server:6001" (MS-RPCH 2.2.2).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/base/error.hpp"
#include "protocol/base/strong.hpp"

namespace rpchspec::wire {

/// no_cert and with_cert are v2's paths; v1_root is "/", v1's namespace (3.1.2.3, AMB-25).
enum class RpcPath { no_cert, with_cert, v1_root };

[[nodiscard]] std::string_view path_text(RpcPath path);

enum class ServerNameForm { name, ipv4, ipv6 };

inline constexpr std::size_t kMaxServerName = 1023;  // characters: fewer than 1024
inline constexpr std::size_t kMaxPortDigits = 6;

/// A target taken apart.
struct RpcUri {
  RpcPath path = RpcPath::no_cert;
  std::string server_name;  // as written, also with the brackets of an IPv6 literal
  Port port;
  ServerNameForm form = ServerNameForm::name;

  /// The name to resolve or connect to: without brackets.
  [[nodiscard]] std::string_view host() const;

  friend bool operator==(RpcUri const&, RpcUri const&) = default;
};

/// Takes a request target apart; the absolute form ("http://proxy/rpc/...") is accepted too.
///
/// Paths compare without regard to case: 2.2.2 gives them as ABNF strings, which have none (RFC
/// 5234 2.3), and IIS serves them so. The last colon splits name from port, so that an IPv6 literal
/// may stand with or without brackets (AMB-18). Names are not percent-decoded and not resolved;
/// every character but controls, space and delimiters of URIs may stand in one ("GUID@domain").
///
/// @return not_found for another path; bad_syntax for a missing query, name, colon or digit;
///         too_large for a name of 1024 characters or a port of more than six digits; bad_value for
///         a port that is 0 or above 65535. Offsets count from the start of the target.
[[nodiscard]] Result<RpcUri> parse_rpc_uri(std::string_view target);

/// A target in the usual spelling; nothing is checked.
[[nodiscard]] std::string rpc_target(RpcPath path,
                                     std::string_view server_name,
                                     std::uint32_t port);
[[nodiscard]] std::string to_string(RpcUri const& uri);

/// What kind of name this is, brackets or not. @return bad_syntax with the first bad character.
[[nodiscard]] Result<ServerNameForm> server_name_form(std::string_view name);

/// Brings names that mean the same host to one spelling: lower case, IPv6 without brackets in its
/// shortest form. Resolves nothing.
[[nodiscard]] std::string canonical_server_name(std::string_view name);

/// The requirement that a refused target breaks, by the error's field: "RPCH-2.2.2-08".
[[nodiscard]] std::string_view requirement_of_uri(Error const& error);

}  // namespace rpchspec::wire
