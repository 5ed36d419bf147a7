#include "harness/targets/fact_values.hpp"

#include <algorithm>
#include <vector>

#include "model/scalars.hpp"
#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::targets {
namespace {

std::string outside(Allowed const& range, std::uint64_t is, std::string const& value) {
  return range.low <= is && is <= range.high
             ? std::string()
             : "'" + value + "' cannot be; allowed: " + std::string(range.text);
}

}  // namespace

std::string set_duration(std::optional<Duration>& field,
                         std::string const& value,
                         Allowed const& range) {
  auto const parsed = model::parse_duration(value);
  if (!parsed) {
    return parsed.error();
  }
  if (auto why = outside(range, static_cast<std::uint64_t>(*parsed), value); !why.empty()) {
    return why;
  }
  field = std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(*parsed));
  return {};
}

std::string set_size(std::optional<std::uint32_t>& field,
                     std::string const& value,
                     Allowed const& range) {
  auto const parsed = model::parse_size(value);
  if (!parsed) {
    return parsed.error();
  }
  if (auto why = outside(range, *parsed, value); !why.empty()) {
    return why;
  }
  if (*parsed > UINT32_MAX) {
    return "'" + value + "' does not fit the 32 bits it has on the wire";
  }
  field = static_cast<std::uint32_t>(*parsed);
  return {};
}

std::string set_bool(std::optional<bool>& field, std::string const& value) {
  auto const parsed = model::parse_bool(value);
  if (!parsed) {
    return parsed.error();
  }
  field = *parsed;
  return {};
}

/// "basic", "negotiate,ntlm,basic".
std::string set_auth(Facts& facts, std::string const& value) {
  std::vector<Auth> schemes;
  for (std::string_view rest = value;;) {
    auto const comma = std::min(rest.find(','), rest.size());
    auto const name = rest.substr(0, comma);
    auto const scheme = parse_auth(name);
    if (!scheme) {
      return "'" + std::string(name) +
             "' is no scheme; allowed: none, or of basic, ntlm, negotiate those that it offers, "
             "with a comma between two";
    }
    if (std::find(schemes.begin(), schemes.end(), *scheme) != schemes.end()) {
      return "'" + std::string(name) + "' stands there twice";
    }
    schemes.push_back(*scheme);
    if (comma == rest.size()) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  if (schemes.size() > 1 &&
      std::find(schemes.begin(), schemes.end(), Auth::none) != schemes.end()) {
    return "'none' stands alone";
  }
  facts.auth = std::move(schemes);
  return {};
}

std::string set_protection(Facts& facts, std::string const& value) {
  if (value != "off" && value != "allow" && value != "require") {
    return "'" + value + "' is none of off, allow, require";
  }
  facts.extended_protection = value;
  return {};
}

std::string set_ports(Facts& facts, std::string const& value) {
  constexpr std::string_view kExpected = "expected host:low-high;host:port";
  if (value.find('$') != value.npos) {
    return "'$' stands for nothing in it; " + std::string(kExpected);
  }
  auto const parsed = wire::ValidPorts::parse(value);
  if (!parsed) {
    auto const& error = parsed.error();
    auto const at = std::min(error.offset, value.size());
    return error.detail + ", at '" + value.substr(at) + "'; " + std::string(kExpected);
  }
  if (parsed->rules().empty()) {
    return "lists nothing; " + std::string(kExpected);
  }
  facts.valid_ports = *parsed;
  return {};
}

std::string set_host_name(Facts& facts, std::string const& value) {
  auto const form = wire::server_name_form(value);
  if (!form || *form != wire::ServerNameForm::name) {
    return "'" + value + "' is no host name";
  }
  facts.host_name = value;
  return {};
}

std::string set_netbios_name(Facts& facts, std::string const& value) {
  constexpr std::size_t kLongest = 15;  // characters, RFC 1001
  auto const form = wire::server_name_form(value);
  auto const is_label = value.find('.') == value.npos && value.size() <= kLongest;
  if (!form || *form != wire::ServerNameForm::name || !is_label) {
    return "'" + value + "' is no name of one label, of at most 15 characters";
  }
  facts.netbios_name = value;
  return {};
}

}  // namespace rpchspec::targets
