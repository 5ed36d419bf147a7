#include "harness/targets/facts.hpp"

#include <algorithm>

#include "model/scalars.hpp"
#include "model/suggestion.hpp"
#include "protocol/wire/rpc_uri.hpp"

namespace rpchspec::targets {

namespace {

using Set = std::string (*)(Facts&, std::string const&);  // the error in words, or empty

/// What a correct proxy can have at all.
struct Allowed {
  std::uint64_t low = 0;  // nanoseconds, or bytes
  std::uint64_t high = UINT64_MAX;
  std::string_view text{};  // "30s to 4h (MS-RPCH 2.2.3.5.3)"
};

constexpr std::uint64_t kSecond = 1'000'000'000;  // ns
// A proxy does not load with less than 30 s; the command carries at most 4 h.
constexpr Allowed kConnectionTimeouts{30 * kSecond, 14'400 * kSecond,
                                      "30s to 4h (MS-RPCH 2.2.3.5.3)"};
constexpr Allowed kReceiveWindows{8192, 262'144, "8KiB to 256KiB (MS-RPCH 2.2.3.5.1)"};
constexpr Allowed kChannelLifetimes{131'072, 2'147'483'648, "128KiB to 2GiB (MS-RPCH 2.2.3.5.5)"};
constexpr Allowed kAboveZero{1, UINT64_MAX, "more than 0"};

std::string outside(Allowed const& range, std::uint64_t is, std::string const& value) {
  return range.low <= is && is <= range.high
             ? std::string()
             : "'" + value + "' cannot be; allowed: " + std::string(range.text);
}

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

struct Fact {
  FactKind kind;
  Set set;
  std::string_view allowed{};
};

std::vector<Fact> const& table() {
  static std::vector<Fact> const kFacts = {
      {{"connection_timeout", "duration", "120s", "nothing is assumed",
        "cases that know when the proxy has to give up a connection (CONN/A3, CONN/C2), and that "
        "wait for just less; most hold in a range",
        "CONN/A3 and CONN/B2, where they agree on more or less than 120 s"},
       [](Facts& f, std::string const& v) {
         return set_duration(f.connection_timeout, v, kConnectionTimeouts);
       },
       kConnectionTimeouts.text},
      {{"idle_timeout", "duration", "15m", "nothing is assumed",
        "cases that keep channels in use just below it, and that wait until an idle one is closed"},
       [](Facts& f, std::string const& v) { return set_duration(f.idle_timeout, v, kAboveZero); },
       kAboveZero.text},
      {{"receive_window", "size", "64KiB", "the announced window is taken as it comes",
        "cases that fill the proxy's receive window to the byte",
        "CONN/A2 and CONN/B2, where they agree"},
       [](Facts& f, std::string const& v) {
         return set_size(f.receive_window, v, kReceiveWindows);
       },
       kReceiveWindows.text},
      {{"channel_lifetime", "size", "1GiB", "the OUT channel's Content-Length is taken as it comes",
        "cases that use up a channel", "the Content-Length of OUT and CONN/A2"},
       [](Facts& f, std::string const& v) {
         return set_size(f.channel_lifetime, v, kChannelLifetimes);
       },
       kChannelLifetimes.text},
      {{"ping_traffic_threshold", "size", "1031", "nothing is assumed",
        "cases that wait until the server is told of pings"},
       [](Facts& f, std::string const& v) { return set_size(f.ping_traffic_threshold, v, {}); }},
      {{"allow_anonymous", "true or false", "true", "nothing is assumed",
        "cases on requests without credentials or without TLS",
        "a client without credentials that is let in, or is refused over TLS"},
       [](Facts& f, std::string const& v) { return set_bool(f.allow_anonymous, v); }},
      {{"valid_ports", "host:low-high;host:port", "exch01:6001-6002;exch01:6004",
        "nothing is assumed",
        "cases that ask for servers and ports which the rule does not list, and the proxy has to "
        "refuse; it lists --server-name with the backend ports"},
       set_ports},
      {{"host_name", "name", "exch01.example", "nothing is assumed",
        "cases that ask for the servers by a DNS name which the proxy resolves; --server-name "
        "does, too, "
        "where it is one"},
       set_host_name},
      {{"netbios_name", "name of one label", "EXCH01", "nothing is assumed",
        "the case that asks for the servers by a NetBIOS name which the proxy resolves, by its "
        "hosts file say"},
       set_netbios_name},
      {{"auth", "none, or a list of basic, ntlm, negotiate", "negotiate,ntlm,basic",
        "nothing is assumed",
        "cases on the credentials that the proxy asks for, by each scheme of the list",
        "a 401, where clients log on with a scheme that it offers"},
       set_auth},
      {{"extended_protection", "off, allow, require", "allow", "nothing is assumed",
        "cases on the channel binding of NTLM and Negotiate"},
       set_protection},
      {{"pings", "true or false", "true", "nothing is assumed",
        "cases that wait for the outbound proxy's ping PDUs"},
       [](Facts& f, std::string const& v) { return set_bool(f.pings, v); }},
      {{"v1", "true or false", "true", "the proxy is taken for one of v2 alone",
        "cases on RPC over HTTP v1: RPC_CONNECT and the mixed proxy",
        "an RPC_CONNECT that is answered"},
       [](Facts& f, std::string const& v) { return set_bool(f.v1, v); }},
      {{"intrusive", "true or false", "true", "false is assumed",
        "topology live: cases that break the protocol on purpose, or name other servers and paths"},
       [](Facts& f, std::string const& v) { return set_bool(f.intrusive, v); }},
      {{"layer", "http or tls", "tls", "http is assumed",
        "no case; tls, of an SSL offloader, leaves out those about what an HTTP hop does"},
       [](Facts&, std::string const& v) {
         return v == "http" || v == "tls" ? std::string() : "'" + v + "' is neither http nor tls";
       }},
      {{"bridged_certificate", "same or other", "same", "nothing is assumed",
        "http-front: cases on channel binding where the front speaks TLS on both sides, and shows "
        "clients the certificate of the RPC proxy behind it, or another one"},
       [](Facts&, std::string const& v) {
         return v == "same" || v == "other" ? std::string()
                                            : "'" + v + "' is neither same nor other";
       }},
      {{"version", "text", "HAProxy 2.6.12", "asked of the program where the target says how",
        "no case: the reports and the matrix tell it"},
       [](Facts&, std::string const& v) {
         return v.empty() ? std::string("is empty") : std::string();
       }},
  };
  return kFacts;
}

/// A first look sees one scheme taken, of those that are stated.
bool is_among(std::vector<Auth> const& some, std::vector<Auth> const& all) {
  return std::all_of(some.begin(), some.end(), [&](Auth scheme) {
    return std::find(all.begin(), all.end(), scheme) != all.end();
  });
}

}  // namespace

std::string underscored(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

std::vector<FactKind> const& fact_kinds() {
  static auto const kKinds = [] {
    std::vector<FactKind> out;
    for (auto const& fact : table()) {
      out.push_back(fact.kind);
      out.back().allowed = fact.allowed;
    }
    return out;
  }();
  return kKinds;
}

std::vector<std::string> fact_names() {
  std::vector<std::string> names;
  for (auto const& kind : fact_kinds()) {
    names.emplace_back(kind.name);
  }
  return names;
}

Result<void> set_fact(Facts& facts, std::string_view name, std::string const& value) {
  auto const known = underscored(name);
  for (auto const& fact : table()) {
    if (fact.kind.name != known) {
      continue;
    }
    auto const error = fact.set(facts, value);
    if (!error.empty()) {
      return fail({ErrorCode::bad_value, 0, "fact", {}, known + ": " + error});
    }
    facts.given[known] = value;
    return {};
  }
  return fail(
      {ErrorCode::not_found,
       0,
       "fact",
       {},
       "unknown fact '" + std::string(name) + "'" + model::suggestion(known, fact_names())});
}

Result<void> set_fact(Facts& facts, std::string_view assignment) {
  auto const equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return fail({ErrorCode::bad_syntax,
                 0,
                 "fact",
                 {},
                 "'" + std::string(assignment) + "': expected FACT=VALUE"});
  }
  return set_fact(facts, assignment.substr(0, equals), std::string(assignment.substr(equals + 1)));
}

bool agrees(std::string_view name, std::string const& stated, std::string const& seen) {
  Facts first;
  Facts second;
  if (!set_fact(first, name, stated) || !set_fact(second, name, seen)) {
    return false;
  }
  return first.connection_timeout == second.connection_timeout &&
         first.receive_window == second.receive_window &&
         first.channel_lifetime == second.channel_lifetime &&
         first.allow_anonymous == second.allow_anonymous && is_among(second.auth, first.auth) &&
         first.v1 == second.v1;
}

bool has_fact(Facts const& facts, std::string_view name) {
  return facts.given.contains(underscored(name));
}

}  // namespace rpchspec::targets
