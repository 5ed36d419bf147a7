#include "harness/actors/authority.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::actors {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::string_view kHttpScheme = "http://";

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  auto const bracket = text.rfind(']');
  auto const colon = text.rfind(':');
  auto const has_port = colon != text.npos && (bracket == text.npos || colon > bracket);
  Authority parsed{std::string(text.substr(0, has_port ? colon : text.size())), kHttpPort};
  if (parsed.host.starts_with('[') && parsed.host.ends_with(']')) {
    parsed.host = parsed.host.substr(1, parsed.host.size() - 2);
  }
  if (has_port) {
    auto const digits = text.substr(colon + 1);
    auto const* const end = digits.data() + digits.size();
    auto const [stop, error] = std::from_chars(digits.data(), end, parsed.port);
    if (error != std::errc() || stop != end) {
      return std::nullopt;
    }
  }
  return parsed.host.empty() || parsed.port == 0 ? std::nullopt : std::optional(parsed);
}

std::optional<AbsoluteTarget> parse_absolute(std::string_view target) {
  if (!target.starts_with(kHttpScheme)) {
    return std::nullopt;
  }
  target.remove_prefix(kHttpScheme.size());
  auto const end = std::min(target.find_first_of("/?#"), target.size());
  auto authority = parse_authority(target.substr(0, end));
  if (!authority) {
    return std::nullopt;
  }
  auto const rest = target.substr(end);
  return AbsoluteTarget{std::move(*authority),
                        rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest)};
}

std::vector<Authority> authorities_of(ClientTarget const& target) {
  std::vector<Authority> known;
  for (auto const* origin : {&target.in, &target.out, &target.tls_in, &target.tls_out}) {
    if (origin->port != 0) {
      known.push_back({origin->host, origin->port});
    }
  }
  return known;
}

bool is_among(std::vector<Authority> const& known, Authority const& asked) {
  auto const host = wire::canonical_server_name(asked.host);
  return std::any_of(known.begin(), known.end(), [&](Authority const& each) {
    return each.port == asked.port && wire::canonical_server_name(each.host) == host;
  });
}

}  // namespace rpchspec::actors
