#include "reference_proxy/config.hpp"

#include <charconv>

#include <fmt/format.h>

#include "protocol/wire/http_headers.hpp"

namespace rpchspec::proxy {
namespace {

tl::unexpected<Error> bad(std::string_view field, std::string detail) {
  return fail({ErrorCode::bad_value, 0, field, {}, std::move(detail)});
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  auto const* const end = text.data() + text.size();
  auto const [at, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && at == end && !text.empty() ? std::optional(port) : std::nullopt;
}

/// "HOST:PORT" at the last colon; brackets of an IPv6 literal are taken off.
std::optional<std::pair<std::string, std::uint16_t>> host_and_port(std::string_view text) {
  auto const colon = text.rfind(':');
  if (colon == text.npos || colon == 0) {
    return std::nullopt;
  }
  auto host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  auto const port = port_of(text.substr(colon + 1));
  return port ? std::optional(std::pair(std::string(host), *port)) : std::nullopt;
}

constexpr std::pair<AuthScheme, std::string_view> kSchemes[] = {
    {AuthScheme::basic, "Basic"}, {AuthScheme::ntlm, "NTLM"}, {AuthScheme::negotiate, "Negotiate"}};

}  // namespace

std::string_view to_string(AuthScheme scheme) {
  for (auto const& [known, name] : kSchemes) {
    if (known == scheme) {
      return name;
    }
  }
  return {};
}

std::optional<AuthScheme> parse_auth_scheme(std::string_view name) {
  for (auto const& [scheme, known] : kSchemes) {
    if (wire::iequals(known, name)) {
      return scheme;
    }
  }
  return std::nullopt;
}

std::optional<ExtendedProtection> parse_extended_protection(std::string_view name) {
  if (name == "off") {
    return ExtendedProtection::off;
  }
  if (name == "allow") {
    return ExtendedProtection::allow;
  }
  return name == "require" ? std::optional(ExtendedProtection::require) : std::nullopt;
}

std::optional<Answers> parse_answers(std::string_view name) {
  if (name == "garbage") {
    return Answers::garbage;
  }
  if (name == "two-lengths") {
    return Answers::two_lengths;
  }
  return name == "never" ? std::optional(Answers::never) : std::nullopt;
}

std::optional<Continues> parse_continues(std::string_view name) {
  if (name == "at-once") {
    return Continues::at_once;
  }
  if (name == "late") {
    return Continues::late;
  }
  return name == "never" ? std::optional(Continues::never) : std::nullopt;
}

std::vector<Error> objections(ProxyConfig const& config) {
  std::vector<Error> all;
  auto const within = [&](std::string_view field, auto value, auto least, auto most,
                          std::string_view unit) {
    if (value < least || value > most) {
      all.push_back({ErrorCode::bad_value,
                     0,
                     field,
                     {},
                     fmt::format("{}; allowed are {} to {} {}", value, least, most, unit)});
    }
  };
  auto const least = config.defect == Defect::short_timeout_loads ? std::chrono::seconds(1)
                                                                  : kLeastConnectionTimeout;
  // MS-RPCH 2.2.3.5.3, and 30 s as IIS has it.
  within("connection_timeout", config.connection_timeout.count(),
         std::chrono::milliseconds(least).count(), 14'400'000, "ms");
  within("receive_window", config.receive_window.value, 8192U, 262144U, "bytes");
  within("channel_lifetime", config.channel_lifetime.value, 131072U, 0x80000000U, "bytes");
  within("ping_traffic_threshold", config.ping_traffic_threshold, 0U, 8192U, "bytes");
  within("max_head", config.max_head, std::size_t{1024}, std::size_t{131072}, "bytes");
  auto const object = [&](std::string_view field, std::string detail) {
    all.push_back({ErrorCode::bad_value, 0, field, {}, std::move(detail)});
  };
  if (config.certificate_file.empty() != config.key_file.empty()) {
    object("certificate", "a certificate needs its key, and a key its certificate");
  }
  if (config.listen.empty()) {
    object("listen", "at least one address is needed");
  }
  return all;
}

Result<void> check(ProxyConfig const& config) {
  auto const all = objections(config);
  return all.empty() ? Result<void>() : fail(all.front());
}

Result<ServerOverride> parse_server_override(std::string_view text) {
  auto const equals = text.find('=');
  if (equals != text.npos) {
    auto const from = host_and_port(text.substr(0, equals));
    auto const to = host_and_port(text.substr(equals + 1));
    if (from && to && to->second != 0) {
      return ServerOverride{from->first, from->second, to->first, to->second};
    }
  }
  return bad("servers", fmt::format("'{}' is not of the form HOST:PORT=ADDR:PORT", text));
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  ListenAddress at;
  auto rest = text;
  if (rest.starts_with("https://")) {
    at.scheme = Scheme::https;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad("listen", fmt::format("'{}' begins neither with http:// nor https://", text));
  }
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  auto const address = host_and_port(rest);
  if (!address) {
    return bad("listen", fmt::format("'{}' is not of the form http://ADDRESS:PORT", text));
  }
  at.address = address->first;
  at.port = address->second;
  return at;
}

}  // namespace rpchspec::proxy
