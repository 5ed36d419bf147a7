#include "protocol/wire/valid_ports.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::wire {
namespace {

tl::unexpected<Error> bad(ErrorCode code, std::size_t offset, std::string_view detail) {
  return fail({code, offset, "ValidPorts", "", std::string(detail)});
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t value = 0;
  auto const* const end = digits.data() + digits.size();
  auto const [stop, error] = std::from_chars(digits.data(), end, value);
  auto const fits = error == std::errc() && stop == end && value != 0;
  return fits ? std::optional(value) : std::nullopt;
}

Result<ValidPorts::Rule> parse_rule(std::string_view entry, std::size_t offset) {
  auto const colon = entry.rfind(':');
  if (colon == std::string_view::npos) {
    return bad(ErrorCode::bad_syntax, offset, "expected host:port or host:low-high");
  }
  auto const host = entry.substr(0, colon);
  if (auto const form = server_name_form(host); !form || host.find('*') != std::string_view::npos) {
    return bad(ErrorCode::bad_syntax, offset, "expected a host name or address before the colon");
  }
  auto const range = entry.substr(colon + 1);
  auto const dash = std::min(range.find('-'), range.size());
  auto const low = port_of(range.substr(0, dash));
  auto const high = dash == range.size() ? low : port_of(range.substr(dash + 1));
  if (!low || !high) {
    return bad(ErrorCode::bad_value, offset + colon + 1, "expected ports of 1 to 65535");
  }
  if (*high < *low) {
    return bad(ErrorCode::bad_value, offset + colon + 1, "the range runs backwards");
  }
  return ValidPorts::Rule{canonical_server_name(host), *low, *high};
}

}  // namespace

Result<ValidPorts> ValidPorts::parse(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  ValidPorts ports;
  for (std::size_t at = 0; at < text.size();) {
    auto const end = std::min(text.find(';', at), text.size());
    auto const first = std::min(text.find_first_not_of(kSpace, at), end);
    auto const entry = text.substr(first, end - first);
    auto const size = entry.find_last_not_of(kSpace) + 1;
    if (size != 0) {
      auto rule = parse_rule(entry.substr(0, size), first);
      if (!rule) {
        return fail(std::move(rule.error()));
      }
      ports.rules_.push_back(std::move(*rule));
    }
    at = end + 1;
  }
  return ports;
}

bool ValidPorts::allows(std::string_view server, Port port) const {
  auto const host = canonical_server_name(server);
  return std::any_of(rules_.begin(), rules_.end(), [&](Rule const& rule) {
    return rule.host == host && rule.low <= port.value && port.value <= rule.high;
  });
}

std::string to_string(ValidPorts const& ports) {
  std::string text;
  for (auto const& rule : ports.rules()) {
    auto const is_ipv6 = rule.host.find(':') != std::string::npos;
    text += text.empty() ? "" : ";";
    text += is_ipv6 ? "[" + rule.host + "]" : rule.host;
    text += ":" + std::to_string(rule.low);
    text += rule.high == rule.low ? "" : "-" + std::to_string(rule.high);
  }
  return text;
}

}  // namespace rpchspec::wire
