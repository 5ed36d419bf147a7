#include "harness/actors/request_head.hpp"

#include <algorithm>

#include <openssl/evp.h>

#include "harness/actors/authority.hpp"
#include "harness/actors/way_to_proxy.hpp"
#include "protocol/wire/http_headers.hpp"

namespace rpchspec::actors {
namespace {

namespace scn = scenario::v1;
using session::Channel;

constexpr std::uint64_t kDefaultInContentLength = 1U << 30;  // fn 8
constexpr std::uint64_t kFirstOutContentLength = 76;         // 2.1.2.1.2: CONN/A1

std::string replaced(std::string text, std::string_view name, std::string const& value) {
  for (auto at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
  return text;
}

std::string server_name(RequestSetting const& setting) {
  return setting.conduct.server_name().empty() ? setting.target.server_name
                                               : setting.conduct.server_name();
}

std::uint16_t port_of(RequestSetting const& setting, std::string const& service) {
  auto const at = setting.target.ports.find(service.empty() ? "store" : service);
  return at == setting.target.ports.end() ? 0 : at->second;
}

std::string target_of(RequestSetting const& setting, scn::Request const& step) {
  auto const& usual = setting.conduct.path().empty() ? setting.target.path : setting.conduct.path();
  auto const path = replaced(step.path().empty() ? usual : step.path(), "$proxy",
                             authority_of(origin_of(setting)));
  auto query = step.query().empty() ? query_of(setting) : step.query();
  query = replaced(std::move(query), "$server_name", server_name(setting));
  query = replaced(std::move(query), "$port",
                   std::to_string(port_of(setting, setting.conduct.server())));
  for (auto const& [service, port] : setting.target.ports) {
    auto const variable = "$" + service;
    query = replaced(std::move(query), variable, std::to_string(port));
  }
  auto const whole = query == "none" ? path : path + "?" + query;
  return whole.starts_with('/') ? request_target(setting.target, origin_of(setting), whole) : whole;
}

/// Credentials are for the proxy under test. A scenario may come from somebody who is not to see
/// them, and name somebody else for an HTTP proxy on the way to bring them to.
bool is_for_the_proxy(RequestSetting const& setting, std::string const& target) {
  if (target.starts_with('/') || target == "*") {
    return true;
  }
  auto const absolute = parse_absolute(target);
  return absolute && is_among(authorities_of(setting.target), absolute->authority);
}

/// 2.1.1.1.1: no Content-Length, unless the step has one.
wire::HeaderList v1_headers(std::string host, scn::Request const& step) {
  wire::HeaderList headers = {
      {"Pragma", "No-cache"}, {"User-Agent", "RPC"}, {"Host", std::move(host)}};
  if (!step.content_length().empty() && step.content_length() != "absent") {
    headers.emplace_back("Content-Length", step.content_length());
  }
  return headers;
}

wire::HeaderList v2_headers(std::string host,
                            RequestSetting const& setting,
                            scn::Request const& step) {
  wire::HeaderList headers = {{"Accept", "application/rpc"}, {"Cache-Control", "no-cache"},
                              {"Connection", "Keep-Alive"},  {"Pragma", "No-cache"},
                              {"User-Agent", "MSRPC"},       {"Host", std::move(host)}};
  auto const& length = step.content_length();
  if (length != "absent") {
    headers.emplace_back("Content-Length",
                         length.empty() ? std::to_string(legal_content_length(setting)) : length);
  }
  return headers;
}

bool is_v1(RequestSetting const& setting) {
  return setting.dialect == RequestSetting::Dialect::v1;
}

void add_headers(wire::RequestHead& head, RequestSetting const& setting, scn::Request const& step) {
  auto const node = setting.node.value_or(setting.channel);
  auto const& origin = node == Channel::in ? setting.target.in : setting.target.out;
  auto& headers = head.headers;
  headers = is_v1(setting) ? v1_headers(authority_of(origin), step)
                           : v2_headers(authority_of(origin), setting, step);
  if (!setting.conduct.min_conn_timeout().empty() && !is_v1(setting)) {
    headers.emplace_back("Pragma", "MinConnTimeout=" + setting.conduct.min_conn_timeout());
  }
  auto const credentials = credentials_of(setting, step);
  if (!setting.authorization.empty()) {
    headers.emplace_back("Authorization", setting.authorization);
  } else if (!credentials.user.empty() && !credentials.handshake) {
    headers.emplace_back("Authorization", basic_authorization(credentials));
  }
  for (auto const& added : setting.conduct.headers()) {
    headers.emplace_back(added.name(), added.value());
  }
  for (auto const& name : step.omit()) {
    wire::remove_header(headers, name);
  }
  for (auto const& added : step.headers()) {
    headers.emplace_back(added.name(), added.value());
  }
}

}  // namespace

Origin const& origin_of(RequestSetting const& setting) {
  auto const& target = setting.target;
  auto const is_in = setting.node.value_or(setting.channel) == Channel::in;
  auto const tls = setting.conduct.tls() || setting.conduct.offload_tls();
  auto const& secure = is_in ? target.tls_in : target.tls_out;
  return tls && secure.port != 0 ? secure : is_in ? target.in : target.out;
}

std::optional<net::GssMechanism> handshake_of(scn::Scheme scheme) {
  switch (scheme) {
    case scn::NTLM:
      return net::GssMechanism::ntlm;
    case scn::NEGOTIATE:
      return net::GssMechanism::negotiate;
    default:
      return std::nullopt;
  }
}

Credentials credentials_of(RequestSetting const& setting, scn::Request const& step) {
  auto const& conduct = setting.conduct;
  auto const is_anonymous = conduct.anonymous() || step.anonymous();
  if (is_anonymous || !is_for_the_proxy(setting, target_of(setting, step))) {
    return {};
  }
  auto credentials = setting.target.credentials;
  if (!conduct.user().empty()) {
    credentials.user = conduct.user();
    credentials.password = conduct.password();
  }
  if (!step.user().empty()) {
    credentials.user = step.user();
    credentials.password = step.password();
  }
  if (conduct.auth() != scn::USUAL) {
    credentials.handshake = handshake_of(conduct.auth());
  }
  return credentials;
}

std::string query_of(RequestSetting const& setting, std::string const& service) {
  auto const& wanted = service.empty() ? setting.conduct.server() : service;
  return server_name(setting) + ":" + std::to_string(port_of(setting, wanted));
}

std::uint64_t legal_content_length(RequestSetting const& setting) {
  if (setting.channel == Channel::out) {
    return kFirstOutContentLength;
  }
  return setting.conduct.in_content_length() != 0 ? setting.conduct.in_content_length()
                                                  : kDefaultInContentLength;
}

Bytes request_head(RequestSetting const& setting, scn::Request const& step) {
  Bytes bytes;
  append(bytes, as_bytes(step.prefix()));
  if (!step.raw().empty()) {
    auto raw = replaced(step.raw(), "$target", target_of(setting, scn::Request()));
    append(bytes, as_bytes(raw));
    return bytes;
  }
  wire::RequestHead head;
  head.method = step.method();
  if (head.method.empty()) {
    head.method = is_v1(setting)                   ? "RPC_CONNECT"
                  : setting.channel == Channel::in ? "RPC_IN_DATA"
                                                   : "RPC_OUT_DATA";
  }
  head.target = target_of(setting, step);
  head.version = step.http_version() == "1.0" ? wire::kHttp10 : wire::kHttp11;
  add_headers(head, setting, step);
  append(bytes, wire::encode(head));
  return bytes;
}

std::string basic_authorization(Credentials const& credentials) {
  auto const plain = credentials.user + ":" + credentials.password.value_or("");
  std::string text(4 * ((plain.size() + 2) / 3) + 1, '\0');
  auto const size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    reinterpret_cast<unsigned char const*>(plain.data()),
                                    static_cast<int>(plain.size()));
  text.resize(static_cast<std::size_t>(size));
  return "Basic " + text;
}

}  // namespace rpchspec::actors
