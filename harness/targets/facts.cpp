#include "harness/targets/facts.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "harness/targets/fact_values.hpp"
#include "model/suggestion.hpp"

namespace rpchspec::targets {

namespace {

using Set = std::string (*)(Facts&, std::string const&);  // the error in words, or empty

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
        "does, too, where it is one"},
       set_host_name},
      {{"netbios_name", "name of one label", "EXCH01", "nothing is assumed",
        "the case that asks for the servers by a NetBIOS name which the proxy resolves, by its "
        "hosts file say"},
       set_netbios_name},
      {{"throughput", "size", "400KiB", "nothing is assumed",
        "no case; less than 8MiB, of what is carried one way in a second, leaves out those that "
        "send "
        "a gigabyte"},
       [](Facts&, std::string const& v) {
         std::optional<std::uint32_t> read;
         return set_size(read, v, kAboveZero);
       },
       kAboveZero.text},
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

FactKind const* fact_kind(std::string_view name) {
  auto const& kinds = fact_kinds();
  auto const kind = std::find_if(kinds.begin(), kinds.end(),
                                 [&](FactKind const& each) { return each.name == name; });
  return kind != kinds.end() ? &*kind : nullptr;
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
