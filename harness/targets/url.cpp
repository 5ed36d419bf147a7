#include "harness/targets/url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "net/address.hpp"

namespace rpchspec::targets {

namespace {

constexpr std::string_view kForm = "http[s]://HOST[:PORT][/rpc/rpcproxy.dll]";

tl::unexpected<Error> wrong(std::string_view what, std::string_view text, std::string why) {
  return fail({ErrorCode::bad_syntax, 0, what, {}, "'" + std::string(text) + "': " + why});
}

std::optional<std::uint16_t> to_port(std::string_view digits) {
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) {
    return std::nullopt;
  }
  return port;
}

bool has_only_host_characters(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  });
}

struct HostPort {
  std::string host;
  std::string_view port;  // digits; empty: none was given
  std::string error;
};

HostPort split_host_port(std::string_view text) {
  HostPort out;
  if (text.starts_with('[')) {
    auto const end = text.find(']');
    if (end == std::string_view::npos) {
      out.error = "the bracket of an IPv6 address is not closed";
      return out;
    }
    out.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!net::is_ip_address(out.host)) {
      out.error = "'" + out.host + "' is no IPv6 address";
    } else if (!text.empty() && !text.starts_with(':')) {
      out.error = "after the bracket comes ':PORT'";
    }
  } else {
    if (std::count(text.begin(), text.end(), ':') > 1) {
      out.error = "an IPv6 address stands in brackets: [::1]:8080";
      return out;
    }
    auto const colon = std::min(text.find(':'), text.size());
    out.host = text.substr(0, colon);
    text.remove_prefix(colon);
    if (!has_only_host_characters(out.host)) {
      out.error = "'" + out.host + "' is no host name";
    }
  }
  if (text.starts_with(':')) {
    out.port = text.substr(1);
    if (out.port.empty() && out.error.empty()) {
      out.error = "a port is missing after ':'";
    }
  }
  if (out.host.empty() && out.error.empty()) {
    out.error = "a host is missing";
  }
  return out;
}

std::string wrong_port(std::string_view port) {
  return "port '" + std::string(port) + "' is not in 1..65535";
}

}  // namespace

std::string to_string(Address const& address) {
  auto const six = address.host.find(':') != std::string::npos;
  return (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

Result<Url> parse_url(std::string_view text, PortZero zero) {
  constexpr std::string_view kField = "URL";
  if (text.empty()) {
    return fail(
        {ErrorCode::bad_syntax, 0, kField, {}, "the URL is empty; expected " + std::string(kForm)});
  }
  Url url;
  url.text = text;
  auto const colon = text.find("://");
  if (colon == std::string_view::npos) {
    return wrong(kField, text, "the scheme is missing; did you mean 'http://" + url.text + "'?");
  }
  auto const scheme = text.substr(0, colon);
  if (scheme != "http" && scheme != "https") {
    return wrong(kField, text, "scheme '" + std::string(scheme) + "' is not http or https");
  }
  url.tls = scheme == "https";
  auto const rest = text.substr(colon + 3);
  auto const slash = std::min(rest.find_first_of("/?#"), rest.size());
  auto const authority = rest.substr(0, slash);
  auto const path = rest.substr(slash);
  if (authority.find('@') != std::string_view::npos) {
    return wrong(kField, "...@" + std::string(authority.substr(authority.find('@') + 1)),
                 "user and password do not stand in the URL; use --user and --password-file");
  }
  if (path.find_first_of("?#") != std::string_view::npos) {
    return wrong(kField, text, "no query and no fragment here: the query is each request's own");
  }
  auto const parts = split_host_port(authority);
  if (!parts.error.empty()) {
    return wrong(kField, text, parts.error + "; expected " + std::string(kForm));
  }
  url.host = parts.host;
  url.port = url.tls ? 443 : 80;
  if (!parts.port.empty()) {
    auto const port = to_port(parts.port);
    if (!port || (*port == 0 && zero == PortZero::refused)) {
      return wrong(kField, text, wrong_port(parts.port));
    }
    url.port = *port;
  }
  if (path.size() > 1) {
    url.path = path;
  }
  return url;
}

Result<Address> parse_address(std::string_view text, PortZero zero) {
  constexpr std::string_view kField = "address";
  auto const parts = split_host_port(text);
  if (!parts.error.empty()) {
    return wrong(kField, text, parts.error + "; expected ADDRESS:PORT");
  }
  if (parts.port.empty()) {
    return wrong(kField, text, "a port is missing; expected ADDRESS:PORT");
  }
  auto const port = to_port(parts.port);
  if (!port || (*port == 0 && zero == PortZero::refused)) {
    return wrong(kField, text, wrong_port(parts.port));
  }
  return Address{parts.host, *port};
}

Result<net::ResolveOverride> parse_resolve(std::string_view text) {
  constexpr std::string_view kField = "HOST:PORT:ADDR";
  auto const first = text.find(':');
  auto const second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos || first == 0) {
    return wrong(kField, text, "expected HOST:PORT:ADDR, as in gw.example:443:127.0.0.1");
  }
  net::ResolveOverride out;
  out.host = text.substr(0, first);
  auto const digits = text.substr(first + 1, second - first - 1);
  auto const port = to_port(digits);
  if (!port && digits != "*") {
    return wrong(kField, text, wrong_port(digits));
  }
  out.port = port.value_or(0);
  auto address = text.substr(second + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  if (!net::is_ip_address(address)) {
    return wrong(kField, text, "'" + std::string(address) + "' is no IP address");
  }
  out.address = address;
  return out;
}

Result<std::vector<std::uint16_t>> parse_ports(std::string_view text) {
  constexpr std::string_view kField = "ports";
  std::vector<std::uint16_t> ports;
  for (auto rest = text;;) {
    auto const comma = std::min(rest.find(','), rest.size());
    auto const port = to_port(rest.substr(0, comma));
    if (!port) {
      return wrong(kField, text,
                   "expected ports S,R,N or S,R,N,M, as in 6001,6002,6004; 0 is a free one");
    }
    ports.push_back(*port);
    if (comma == rest.size()) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  if (ports.size() != 3 && ports.size() != 4) {
    return wrong(
        kField, text,
        "expected three ports (store, referral, address book), or a fourth for the endpoint "
        "mapper, found " +
            std::to_string(ports.size()));
  }
  return ports;
}

}  // namespace rpchspec::targets
