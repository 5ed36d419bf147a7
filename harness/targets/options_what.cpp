#include "harness/targets/facts.hpp"
#include "harness/targets/option_table.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/url.hpp"
#include "net/address.hpp"

namespace rpchspec::targets {

namespace {

using Text = std::string const&;

template <class T, class Put>
Result<void> keep(Result<T> parsed, Put put_it) {
  if (!parsed) {
    return tl::unexpected(parsed.error());
  }
  put_it(std::move(*parsed));
  return {};
}

Result<void> put_topology(Settings& s, Text value) {
  s.target.topology = parse_topology(value).value_or(Topology::embedded);
  s.topology_given = true;
  return {};
}

Result<void> put_bind(Settings& s, Text value) {
  if (value != "auto" && !net::is_ip_address(value)) {
    return fail(
        {ErrorCode::bad_value, 0, {}, {}, "'" + value + "': expected auto or an IP address"});
  }
  s.target.backend_bind = value;
  return {};
}

Result<void> put_agent(Settings& s, Text value) {
  constexpr std::string_view kGrpc = "grpc://";
  auto const by_grpc = value.starts_with(kGrpc);
  auto const place = std::string_view(value).substr(by_grpc ? kGrpc.size() : 0);
  return keep(parse_address(place, PortZero::refused), [&](Address at) {
    s.target.backend_at = std::move(at);
    s.target.agent_speech = by_grpc ? AgentSpeech::grpc : AgentSpeech::link;
  });
}

Result<void> put_tls_choice(Settings& s, Text value) {
  s.target.upstream_tls = value;
  return check_tls_choice(value);
}

std::vector<Option> reaching() {
  using enum OptionKind;
  constexpr auto what = OptionGroup::what;
  return {
      {"proxy",
       0,
       list,
       what,
       "URL",
       "URL of the proxy under test; again for its https URL",
       {},
       [](Settings& s, Text v) {
         return keep(parse_url(v, PortZero::allowed),
                     [&](Url url) { s.target.urls.push_back(std::move(url)); });
       },
       [](Settings& s) { s.target.urls.clear(); }},
      {"config",
       0,
       value,
       what,
       "FILE",
       "file of targets and defaults (default ./rpchspec.yaml)",
       {},
       put_text<&Settings::config>},
      {"target",
       0,
       value,
       what,
       "NAME",
       "target of the file to test",
       {},
       [](Settings& s, Text v) {
         s.target_name = v;
         return Result<void>();
       }},
      {"start",
       0,
       value,
       what,
       "CMD",
       "starts the proxy under test through /bin/sh",
       {},
       put_text<&Target::start>},
      {"reconfigure",
       0,
       value,
       what,
       "CMD",
       "brings the running proxy into a configuration of the target, instead of a new start",
       {},
       put_text<&Target::reconfigure>},
      {"wait",
       0,
       value,
       what,
       "D",
       "waits that long for the proxy to accept connections",
       {},
       [](Settings& s, Text v) {
         return keep(parse_positive_duration(v), [&](Duration d) { s.target.wait = d; });
       }},
      {"topology",
       0,
       value,
       what,
       "T",
       "what the proxy under test is",
       {"embedded", "rpc-proxy", "http-front", "split", "live"},
       put_topology},
      {"forward-proxy",
       0,
       value,
       what,
       "URL",
       "HTTP proxy on the client's way there, used where no echo is answered without it",
       {},
       [](Settings& s, Text v) {
         return keep(parse_url(v), [&](Url url) { s.target.forward_proxy = std::move(url); });
       },
       [](Settings& s) { s.target.forward_proxy.reset(); }},
      {"in-proxy",
       0,
       list,
       what,
       "URL",
       "split: node that IN channels go to; again for its https URL",
       {},
       [](Settings& s, Text v) {
         return keep(parse_url(v), [&](Url url) { s.target.in_urls.push_back(std::move(url)); });
       },
       [](Settings& s) { s.target.in_urls.clear(); }},
      {"out-proxy",
       0,
       list,
       what,
       "URL",
       "split: node that OUT channels go to",
       {},
       [](Settings& s, Text v) {
         return keep(parse_url(v), [&](Url url) { s.target.out_urls.push_back(std::move(url)); });
       },
       [](Settings& s) { s.target.out_urls.clear(); }},
      {"upstream-listen",
       0,
       list,
       what,
       "A:P",
       "where the harness plays the RPC proxy behind an HTTP front",
       {},
       [](Settings& s, Text v) {
         return keep(parse_address(v, PortZero::allowed),
                     [&](Address a) { s.target.upstream_listen.push_back(std::move(a)); });
       },
       [](Settings& s) { s.target.upstream_listen.clear(); }},
      {"upstream-tls",
       0,
       value,
       what,
       "auto|front|CERT,KEY",
       "TLS there, with this certificate; front: the one that the run makes for the front",
       {},
       put_tls_choice},
      {"resolve",
       0,
       list,
       what,
       "HOST:PORT:ADDR",
       "takes HOST to be at ADDR",
       {},
       [](Settings& s, Text v) {
         return keep(parse_resolve(v),
                     [&](net::ResolveOverride r) { s.target.resolve.push_back(r); });
       },
       [](Settings& s) { s.target.resolve.clear(); }},
      {"sni",
       0,
       value,
       what,
       "NAME",
       "server name sent in TLS, and verified",
       {},
       put_text<&Target::sni>},
      {"defect",
       0,
       value,
       what,
       "NAME",
       "breaks the embedded proxy on purpose",
       {},
       put_text<&Target::defect>},
      {"variant",
       0,
       value,
       what,
       "NAME|all",
       "makes the embedded proxy another lawful one; all: each, one run after the other",
       {},
       put_text<&Target::variant>},
  };
}

std::vector<Option> behind() {
  using enum OptionKind;
  constexpr auto what = OptionGroup::what;
  return {
      {"server-name",
       0,
       value,
       what,
       "auto|NAME",
       "name of the backends in requests; auto: our address towards the proxy",
       {},
       put_text<&Target::server_name>},
      {"backend-bind",
       0,
       value,
       what,
       "auto|ADDR",
       "address that the backends listen on",
       {},
       put_bind},
      {"backend-ports",
       0,
       value,
       what,
       "S,R,N[,M]",
       "ports of store, referral and address book (default 6001,6002,6004; embedded: free ones), "
       "and of an endpoint mapper (593; default: none, embedded: a free one)",
       {},
       [](Settings& s, Text v) {
         return keep(parse_ports(v), [&](std::vector<std::uint16_t> ports) {
           s.target.backend_ports = std::move(ports);
           s.ports_given = true;
         });
       }},
      {"backend-at",
       0,
       value,
       what,
       "[grpc://]HOST:PORT",
       "the backends are played there, by `rpchspec backend --driven`, or, with grpc://, by "
       "`rpchspec serve`; the three options above then speak of that machine",
       {},
       put_agent},
      {"agent-ca-file",
       0,
       value,
       what,
       "F",
       "TLS to the agent of --backend-at, whose certificate this PEM file vouches for",
       {},
       put_text<&Target::agent_ca_file>},
      {"agent-token-file",
       0,
       value,
       what,
       "F",
       "its first line is the token that the agent asks for",
       {},
       [](Settings& s, Text v) {
         s.agent_token_file = v;
         return Result<void>();
       }},
      {"agent-cert",
       0,
       value,
       what,
       "F",
       "certificate that is shown to the agent, with grpc://; PEM",
       {},
       put_text<&Target::agent_cert>},
      {"agent-key", 0, value, what, "F", "the key of that", {}, put_text<&Target::agent_key>},
      {"agent-name",
       0,
       value,
       what,
       "NAME",
       "that the agent's certificate is of, with grpc://; default: its address",
       {},
       put_text<&Target::agent_name>},
  };
}

std::vector<Option> trusting() {
  using enum OptionKind;
  constexpr auto what = OptionGroup::what;
  return {
      {"auth",
       0,
       value,
       what,
       "none|basic|ntlm|negotiate",
       "how the client authenticates",
       {"none", "basic", "ntlm", "negotiate"},
       [](Settings& s, Text v) {
         s.target.auth = parse_auth(v).value_or(Auth::none);
         return Result<void>();
       }},
      {"user", 0, value, what, "U", "user name", {}, put_text<&Target::user>},
      {"password-file",
       0,
       value,
       what,
       "F",
       "its first line; or else $RPCHSPEC_PASSWORD",
       {},
       [](Settings& s, Text v) {
         s.password_file = v;
         return Result<void>();
       },
       nullptr,
       true},
      {"ca-file",
       0,
       value,
       what,
       "F",
       "PEM file of authorities to trust",
       {},
       put_text<&Target::ca_file>,
       nullptr,
       true},
      {"insecure", 'k', flag, what, "", "accepts any certificate", {}, put_flag<&Target::insecure>},
      {"client-cert",
       0,
       value,
       what,
       "F",
       "certificate to show in TLS",
       {},
       put_text<&Target::client_cert>,
       nullptr,
       true},
      {"client-key",
       0,
       value,
       what,
       "F",
       "its key",
       {},
       put_text<&Target::client_key>,
       nullptr,
       true},
      {"set",
       0,
       list,
       what,
       "FACT=VALUE",
       "states a fact of the proxy; see `rpchspec facts`",
       {},
       [](Settings& s, Text v) { return set_fact(s.target.facts, v); }},
  };
}

}  // namespace

std::vector<Option> options_what() {
  auto all = reaching();
  for (auto const& part : {behind(), trusting()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace rpchspec::targets
