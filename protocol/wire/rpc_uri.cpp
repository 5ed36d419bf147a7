#include "protocol/wire/rpc_uri.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "protocol/wire/http_headers.hpp"

namespace rpchspec::wire {
namespace {

constexpr std::string_view kSection = "MS-RPCH 2.2.2";
constexpr auto kNone = std::string_view::npos;

tl::unexpected<Error> bad(ErrorCode code,
                          std::size_t offset,
                          std::string_view field,
                          std::string_view detail) {
  return fail({code, offset, field, kSection, std::string(detail)});
}

std::string_view without_brackets(std::string_view name) {
  auto const bracketed = name.size() >= 2 && name.front() == '[' && name.back() == ']';
  return bracketed ? name.substr(1, name.size() - 2) : name;
}

template <std::size_t size>
bool is_address(int family, std::string_view text, std::array<std::uint8_t, size>& bytes) {
  std::string const terminated(text);
  return text.find('\0') == kNone && inet_pton(family, terminated.c_str(), bytes.data()) == 1;
}

bool may_stand_in_name(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F && std::string_view("/\\?#\"<>[]").find(c) == kNone;
}

std::optional<RpcPath> path_of(std::string_view text) {
  for (auto const path : {RpcPath::no_cert, RpcPath::with_cert, RpcPath::v1_root}) {
    if (iequals(text, path_text(path))) {
      return path;
    }
  }
  return std::nullopt;
}

/// Where the path begins: behind scheme and authority of an absolute form.
std::size_t path_start(std::string_view target) {
  auto const scheme = target.find("://");
  if (scheme == kNone || target.starts_with('/')) {
    return 0;
  }
  return std::min(target.find('/', scheme + 3), target.size());
}

Result<Port> parse_port(std::string_view digits, std::size_t offset) {
  auto const wrong =
      std::find_if(digits.begin(), digits.end(), [](char c) { return c < '0' || c > '9'; });
  if (digits.empty() || wrong != digits.end()) {
    return bad(ErrorCode::bad_syntax, offset + static_cast<std::size_t>(wrong - digits.begin()),
               "server-port", "expected 1 to 6 digits");
  }
  if (digits.size() > kMaxPortDigits) {
    return bad(ErrorCode::too_large, offset, "server-port", "expected at most 6 digits");
  }
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (value == 0 || value > 0xFFFF) {
    return bad(ErrorCode::bad_value, offset, "server-port",
               "found " + std::to_string(value) + ", expected 1 to 65535");
  }
  return Port(static_cast<std::uint16_t>(value));
}

}  // namespace

std::string_view path_text(RpcPath path) {
  switch (path) {
    case RpcPath::no_cert:
      return "/rpc/rpcproxy.dll";
    case RpcPath::with_cert:
      return "/rpcwithcert/rpcproxy.dll";
    case RpcPath::v1_root:
      return "/";
  }
  return "/";
}

std::string_view RpcUri::host() const {
  return without_brackets(server_name);
}

Result<ServerNameForm> server_name_form(std::string_view name) {
  auto const inner = without_brackets(name);
  std::array<std::uint8_t, 16> bytes{};
  if (is_address(AF_INET6, inner, bytes)) {
    return ServerNameForm::ipv6;
  }
  auto const wrong = std::find_if_not(name.begin(), name.end(),
                                      [](char c) { return may_stand_in_name(c) && c != ':'; });
  if (wrong != name.end() || name.empty()) {
    return bad(ErrorCode::bad_syntax, static_cast<std::size_t>(wrong - name.begin()), "server-name",
               "expected a DNS or NetBIOS name, an IPv4 or an IPv6 literal");
  }
  return is_address(AF_INET, name, bytes) ? ServerNameForm::ipv4 : ServerNameForm::name;
}

Result<RpcUri> parse_rpc_uri(std::string_view target) {
  auto const start = path_start(target);
  auto const question = target.find('?', start);
  auto const path = path_of(target.substr(start, question - start));
  if (!path) {
    return bad(ErrorCode::not_found, start, "abs-path",
               "expected /rpc/rpcproxy.dll or /rpcwithcert/rpcproxy.dll");
  }
  if (question == kNone) {
    return bad(ErrorCode::bad_syntax, target.size(), "query", "expected ?server-name:server-port");
  }
  auto const query_at = question + 1;
  auto const query = target.substr(query_at);
  auto const colon = query.rfind(':');
  if (colon == kNone) {
    return bad(ErrorCode::bad_syntax, target.size(), "query", "expected a colon and server-port");
  }
  auto const name = query.substr(0, colon);
  if (name.size() > kMaxServerName) {
    return bad(ErrorCode::too_large, query_at, "server-name",
               "expected fewer than 1024 characters");
  }
  auto form = server_name_form(name);
  if (!form) {
    form.error().offset += query_at;
    return fail(std::move(form.error()));
  }
  auto const port = parse_port(query.substr(colon + 1), query_at + colon + 1);
  if (!port) {
    return fail(port.error());
  }
  return RpcUri{*path, std::string(name), *port, *form};
}

std::string rpc_target(RpcPath path, std::string_view server_name, std::uint32_t port) {
  return std::string(path_text(path)) + "?" + std::string(server_name) + ":" + std::to_string(port);
}

std::string to_string(RpcUri const& uri) {
  return rpc_target(uri.path, uri.server_name, uri.port.value);
}

std::string canonical_server_name(std::string_view name) {
  auto const inner = without_brackets(name);
  std::array<std::uint8_t, 16> bytes{};
  if (is_address(AF_INET6, inner, bytes)) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, bytes.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
  }
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string_view requirement_of_uri(Error const& error) {
  if (error.field == "abs-path") {
    return "RPCH-2.2.2-01";
  }
  if (error.field == "server-port") {
    return "RPCH-2.2.2-08";
  }
  return error.field == "server-name" && error.code == ErrorCode::too_large ? "RPCH-2.2.2-09"
                                                                            : "RPCH-2.2.2-03";
}

}  // namespace rpchspec::wire
