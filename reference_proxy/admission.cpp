#include "reference_proxy/admission.hpp"

#include <algorithm>

#include "protocol/wire/auth_challenge.hpp"
#include "protocol/wire/base64.hpp"
#include "reference_proxy/authentication.hpp"

namespace rpchspec::proxy {
namespace {

constexpr std::uint64_t kMostDrained =
    std::uint64_t{64} * 1024;  // bytes of body read behind a refusal

Refusal unauthorized(wire::RequestHead const& head,
                     Transport const& transport,
                     ProxyConfig const& config) {
  auto refusal = refuse(401, "Unauthorized", "This proxy asks for credentials.");
  auto const goes_on = !transport.challenge.empty();
  auto const offered = goes_on ? std::vector{transport.challenge} : offered_challenges(config);
  for (auto const& challenge : offered) {
    refusal.head.headers.emplace_back("WWW-Authenticate", challenge);
  }
  auto const length = wire::content_length(head.headers);
  auto const drainable = length && length->value_or(0) <= kMostDrained;
  auto const may_close =
      goes_on ? config.defect == Defect::challenge_closes : config.latitude.refusals_close;
  refusal.keep_connection =
      drainable && wire::keeps_alive(head.version, head.headers) && !may_close;
  return refusal;
}

bool offers(ProxyConfig const& config, AuthScheme scheme) {
  return std::find(config.schemes.begin(), config.schemes.end(), scheme) != config.schemes.end();
}

/// By Basic: for this request alone.
bool has_credentials(wire::RequestHead const& head, ProxyConfig const& config) {
  auto const* authorization = wire::find_header(head.headers, "Authorization");
  if (authorization == nullptr) {
    return false;
  }
  auto const [scheme, token] = wire::split_credentials(*authorization);
  if (!offers(config, AuthScheme::basic) || !wire::iequals(scheme, "Basic")) {
    return false;
  }
  auto const decoded = wire::base64_decode(token);
  if (!decoded) {
    return false;
  }
  auto const pair = as_text(*decoded);
  auto const colon = pair.find(':');
  if (colon == pair.npos) {
    return false;
  }
  return std::any_of(config.users.begin(), config.users.end(), [&](User const& user) {
    auto const password_fits =
        config.defect == Defect::any_password || user.password == pair.substr(colon + 1);
    return user.name == pair.substr(0, colon) && password_fits;
  });
}

/// AllowAnonymous off: over TLS and with credentials. The path for client certificates asks for
/// one (2.2.2), unless an offloader took the TLS away.
std::optional<Refusal> check_identity(wire::RequestHead const& head,
                                      wire::RpcPath path,
                                      Transport const& transport,
                                      ProxyConfig const& config) {
  auto allowed = config.allow_anonymous || config.defect == Defect::allow_anonymous_always;
  if (config.defect == Defect::allow_anonymous_never) {
    allowed = false;
  }
  if (allowed) {
    return std::nullopt;
  }
  auto const too_plain = !transport.tls && !config.plain_credentials;
  if (too_plain && config.latitude.anonymous_gets_401) {
    return unauthorized(head, transport, config);
  }
  if (too_plain) {
    return refuse(403, "Forbidden", "This proxy accepts requests over TLS only.");
  }
  if (path == wire::RpcPath::with_cert) {
    auto const shown = transport.client_certificate && config.defect != Defect::certificate_unseen;
    if (shown || config.defect == Defect::withcert_open) {
      return std::nullopt;
    }
    return refuse(403, "Forbidden",
                  "This path asks for a TLS client certificate of an authority that it trusts.");
  }
  if (!has_credentials(head, config) && !transport.let_in) {
    return unauthorized(head, transport, config);
  }
  return std::nullopt;
}

/// The request's target, as the rest of the admission sees it.
std::string target_of(wire::RequestHead const& head, Defect defect) {
  if (defect != Defect::any_path_served) {
    return head.target;
  }
  auto const query = std::min(head.target.find('?'), head.target.size());
  return std::string(wire::path_text(wire::RpcPath::no_cert)) + head.target.substr(query);
}

bool is_rpc_path(std::string_view target) {
  auto const path = target.substr(0, target.find('?'));
  auto const scheme = path.find("://");
  auto const from = scheme == path.npos ? 0 : path.find('/', scheme + 3);
  auto const local = from == path.npos ? std::string_view() : path.substr(from);
  return wire::iequals(local, wire::path_text(wire::RpcPath::no_cert)) ||
         wire::iequals(local, wire::path_text(wire::RpcPath::with_cert));
}

bool allows(ProxyConfig const& config, wire::RpcUri const& uri) {
  if (config.unmapped == Unmapped::refused && mapped_server(uri, config) == nullptr) {
    return false;
  }
  if (!config.valid_ports || config.defect == Defect::valid_ports_ignored) {
    return true;
  }
  auto const& rules = config.valid_ports->rules();
  auto const host = wire::canonical_server_name(uri.server_name);
  if (config.defect == Defect::valid_ports_case && host != uri.server_name) {
    return false;
  }
  if (config.defect == Defect::valid_ports_first && !rules.empty() && rules[0].host != host) {
    return false;
  }
  if (config.defect == Defect::valid_ports_range) {
    return std::any_of(rules.begin(), rules.end(), [&](wire::ValidPorts::Rule const& rule) {
      return rule.host == host && (rule.low == uri.port.value);
    });
  }
  return config.valid_ports->allows(uri.server_name, uri.port);
}

/// Ways to write a URI that these defects do not expect.
bool is_too_much_for(Defect defect, std::string_view target, wire::RpcUri const& uri) {
  auto const port = target.substr(target.rfind(':') + 1);
  return (defect == Defect::long_name_refused && uri.server_name.size() > 255) ||
         (defect == Defect::leading_zero_refused && port.starts_with('0'));
}

/// Fields that MS-RPCH tells clients to send and proxies to ignore (2.1.2.1.1, 2.1.2.1.2).
bool says_all_of_the_protocol(wire::HeaderList const& headers) {
  constexpr std::pair<std::string_view, std::string_view> kSaid[] = {{"Accept", "application/rpc"},
                                                                     {"Cache-Control", "no-cache"},
                                                                     {"Connection", "Keep-Alive"},
                                                                     {"Pragma", "No-cache"}};
  return std::all_of(std::begin(kSaid), std::end(kSaid), [&](auto const& said) {
    auto const* value = wire::find_header(headers, said.first);
    return value != nullptr && wire::iequals(*value, said.second);
  });
}

bool is_echo(wire::RequestClass const& request, Defect defect) {
  if (request.purpose != wire::RequestPurpose::echo &&
      request.purpose != wire::RequestPurpose::authentication_leg) {
    return false;
  }
  return defect != Defect::echo_not_for_out || request.role != wire::ProxyRole::outbound;
}

/// 2.1.1.1.1, 3.1.2.5.1: the URI's server and port are all that is asked of it.
Admission admit_v1(wire::RequestHead const& head,
                   Transport const& transport,
                   ProxyConfig const& config) {
  auto const defect = config.defect;
  auto const uri = wire::parse_rpc_uri(head.target);
  auto const is_root = uri && uri->path == wire::RpcPath::v1_root;
  if ((is_root && defect == Defect::v1_root_unserved) ||
      (!uri && uri.error().code == ErrorCode::not_found)) {
    return refuse(404, "Not Found", "There is no RPC proxy at this path.");
  }
  if (auto refusal =
          check_identity(head, uri ? uri->path : wire::RpcPath::no_cert, transport, config)) {
    return *std::move(refusal);
  }
  if (!uri) {
    return refuse(400, "Bad Request", to_string(uri.error()));
  }
  if (defect == Defect::v1_length_demanded) {
    return refuse(411, "Length Required", "RPC over HTTP needs a Content-Length.");
  }
  if (!allows(config, *uri)) {
    return rpc_error(kErrorAccessDenied, config);
  }
  return V1Request{*uri};
}

}  // namespace

ServerOverride const* mapped_server(wire::RpcUri const& uri, ProxyConfig const& config) {
  auto const host = wire::canonical_server_name(uri.host());
  auto const is_it = [&](ServerOverride const& server) {
    return server.port == uri.port.value && wire::canonical_server_name(server.host) == host;
  };
  auto const found = std::find_if(config.servers.begin(), config.servers.end(), is_it);
  return found == config.servers.end() ? nullptr : &*found;
}

Admission admit(wire::RequestHead const& head,
                Transport const& transport,
                ProxyConfig const& config) {
  auto const request = wire::classify(head);
  if (!request) {
    return refuse(400, "Bad Request", to_string(request.error()));
  }
  auto const is_proxied = wire::find_header(head.headers, "Via") != nullptr;
  if (is_proxied && config.defect == Defect::via_refused) {
    return refuse(403, "Forbidden", "This request has been here before.");
  }
  if (!head.target.starts_with('/') && config.defect == Defect::absolute_form_refused) {
    return refuse(404, "Not Found", "There is no RPC proxy at this path.");
  }
  auto const is_v1 = request->role == wire::ProxyRole::mixed;
  if (request->role == wire::ProxyRole::none || (is_v1 && !config.v1) ||
      config.defect == Defect::methods_refused) {
    return refuse(501, "Not Implemented", "This proxy serves RPC_IN_DATA and RPC_OUT_DATA.");
  }
  auto const names_host = wire::find_header(head.headers, "Host") != nullptr;
  if (config.latitude.needs_host && head.version >= wire::kHttp11 && !names_host) {
    return refuse(400, "Bad Request", "An HTTP/1.1 request needs a Host.");
  }
  if (is_v1) {
    return admit_v1(head, transport, config);
  }
  if (config.defect == Defect::http_1_0_refused && head.version < wire::kHttp11) {
    return refuse(505, "HTTP Version Not Supported", "This proxy speaks HTTP/1.1 only.");
  }
  auto const target = target_of(head, config.defect);
  if (!is_rpc_path(target)) {
    return refuse(404, "Not Found", "There is no RPC proxy at this path.");
  }
  auto const uri = wire::parse_rpc_uri(target);
  auto const path = uri ? uri->path : wire::RpcPath::no_cert;
  auto const first_leg = request->purpose == wire::RequestPurpose::authentication_leg;
  if (first_leg && config.defect == Defect::first_leg_echoed) {
    return EchoRequest{request->content_length};
  }
  if (auto refusal = check_identity(head, path, transport, config)) {
    return *std::move(refusal);
  }
  if (uri && is_too_much_for(config.defect, target, *uri)) {
    return refuse(400, "Bad Request", "This proxy does not take this name or port.");
  }
  if (config.defect == Defect::fields_demanded && !says_all_of_the_protocol(head.headers)) {
    return refuse(400, "Bad Request", "This is no request of RPC over HTTP.");
  }
  if (is_echo(*request, config.defect)) {
    auto const refused = config.latitude.echoes_obey_valid_ports && uri && !allows(config, *uri);
    return refused ? Admission(rpc_error(kErrorAccessDenied, config))
                   : EchoRequest{request->content_length};
  }
  if (!uri) {
    return refuse(400, "Bad Request", to_string(uri.error()));
  }
  auto const forbidden = !allows(config, *uri);
  if (forbidden && !config.latitude.forbids_at_first_pdu) {
    return rpc_error(kErrorAccessDenied, config);
  }
  if (request->purpose == wire::RequestPurpose::no_length) {
    return refuse(411, "Length Required", "RPC over HTTP needs a Content-Length.");
  }
  auto const is_odd = request->purpose == wire::RequestPurpose::undefined_length;
  if (is_odd && config.latitude.needs_defined_lengths) {
    return refuse(400, "Bad Request", "This Content-Length is no channel's.");
  }
  auto const pragmas = wire::parse_pragmas(head.headers);
  if (!pragmas) {
    return refuse(400, "Bad Request", to_string(pragmas.error()));
  }
  return ChannelRequest{request->role, *uri, request->content_length, *pragmas, forbidden};
}

}  // namespace rpchspec::proxy
