#include "harness/targets/options.hpp"

#include <algorithm>
#include <cstdlib>

#include "harness/targets/option_table.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/secret.hpp"
#include "model/suggestion.hpp"
#include "net/address.hpp"

namespace rpchspec::targets {

namespace {

Result<void> take_secret(std::string_view option, std::string const& file, std::string& to) {
  auto secret = read_secret(file);
  if (!secret) {
    return wrong_option(std::string(option) + ": " + secret.error().detail);
  }
  to = *std::move(secret);
  return {};
}

Result<void> read_password(Settings& settings) {
  if (settings.password_file.empty()) {
    char const* const value = std::getenv("RPCHSPEC_PASSWORD");
    if (value != nullptr && settings.target.password.empty()) {
      settings.target.password = value;
    }
    return {};
  }
  return take_secret("--password-file", settings.password_file, settings.target.password);
}

Result<void> read_agent_token(Settings& settings) {
  if (settings.agent_token_file.empty()) {
    return {};
  }
  return take_secret("--agent-token-file", settings.agent_token_file, settings.target.agent_token);
}

/// Of what is shown to an agent.
std::string certificate_contradiction(Target const& target) {
  if (target.agent_cert.empty() != target.agent_key.empty()) {
    return "--agent-cert and --agent-key go together";
  }
  if (target.agent_cert.empty() && target.agent_name.empty()) {
    return {};
  }
  if (target.agent_speech != AgentSpeech::grpc) {
    return "--agent-cert and --agent-name go with --backend-at grpc://HOST:PORT";
  }
  return target.agent_ca_file.empty()
             ? "--agent-cert and --agent-name go with --agent-ca-file, the CA of the agent"
             : std::string();
}

/// What can't be played by two machines, in words; empty: it can.
std::string elsewhere_contradiction(Target const& target) {
  if (!target.backend_at) {
    auto const says_nothing = target.agent_ca_file.empty() && target.agent_token.empty() &&
                              target.agent_cert.empty() && target.agent_key.empty() &&
                              target.agent_name.empty();
    return says_nothing ? std::string() : "--agent-ca-file and the like go with --backend-at";
  }
  if (auto const wrong = certificate_contradiction(target); !wrong.empty()) {
    return wrong;
  }
  if (!target.agent_token.empty() && target.agent_ca_file.empty() &&
      !net::is_loopback(target.backend_at->host)) {
    return "--agent-token-file: not in clear over a network; --agent-ca-file says whose "
           "certificate "
           "the agent has";
  }
  return target.topology == Topology::live ? "--backend-at: a live endpoint has its own servers"
                                           : std::string();
}

bool names_nodes(Target const& target) {
  return !target.in_urls.empty() || !target.out_urls.empty();
}

/// Each case gives the embedded proxy the configuration that it needs; only its name is told.
void leave_facts_out(Target& target) {
  constexpr std::string_view kVersion = "version";
  Facts left;
  for (auto const& [name, value] : target.facts.given) {
    if (name == kVersion) {
      left.given[name] = value;
    } else {
      target.unused_facts.push_back(name);
    }
  }
  target.facts = std::move(left);
}

void derive(Settings& settings) {
  auto& target = settings.target;
  if (!settings.topology_given) {
    target.topology = names_nodes(target)              ? Topology::split
                      : target.urls.empty()            ? Topology::embedded
                      : target.upstream_listen.empty() ? Topology::rpc_proxy
                                                       : Topology::http_front;
  }
  if (target.topology == Topology::embedded) {
    leave_facts_out(target);
  }
  if (target.topology == Topology::embedded && !settings.ports_given) {
    target.backend_ports = {0, 0, 0};
  }
  if (settings.target_name.empty() && target.topology != Topology::embedded &&
      !target.urls.empty()) {
    target.name = target.urls.front().host;
  }
  if (target.auth == Auth::none && !target.user.empty()) {
    target.auth = Auth::basic;
  }
  if (target.auth != Auth::none && target.facts.auth.empty()) {
    target.facts.auth = {target.auth};  // credentials are given because the proxy asks for them
  }
}

std::string forward_proxy_contradiction(Target const& target) {
  if (target.forward_proxy && target.urls.empty()) {
    return "--forward-proxy needs --proxy URL: the embedded proxy is reached without one";
  }
  if (target.forward_proxy && target.forward_proxy->tls) {
    return "--forward-proxy is reached by http; for an https proxy it is asked to CONNECT";
  }
  return {};
}

bool has_scheme(std::vector<Url> const& urls, bool tls) {
  return std::any_of(urls.begin(), urls.end(), [tls](Url const& url) { return url.tls == tls; });
}

std::string contradiction_of_split(Target const& target) {
  auto const& in = target.in_urls;
  auto const& out = target.out_urls;
  if (target.topology != Topology::split) {
    return names_nodes(target) ? "--in-proxy and --out-proxy go with topology split" : "";
  }
  if (in.empty() || out.empty()) {
    return "topology split needs both, --in-proxy URL and --out-proxy URL";
  }
  if (!target.urls.empty()) {
    return "topology split has no --proxy: its nodes are --in-proxy and --out-proxy";
  }
  if (has_scheme(in, true) != has_scheme(out, true) ||
      has_scheme(in, false) != has_scheme(out, false)) {
    return "--in-proxy and --out-proxy are given with different schemes: each wants an http URL, "
           "or an https URL, or both";
  }
  return {};
}

std::string contradiction_of_live(Target const& target) {
  if (target.topology == Topology::live && target.server_name == "auto") {
    return "topology live needs --server-name NAME: the server that requests are to name";
  }
  return {};
}

std::string contradiction(Target const& target) {
  auto const embedded = target.topology == Topology::embedded;
  if (embedded && !target.urls.empty()) {
    return "topology embedded has no --proxy: the proxy is the one inside";
  }
  if (embedded && !target.start.empty()) {
    return "--start needs --proxy: the URL at which the started proxy is reached";
  }
  auto const no_port = std::any_of(target.urls.begin(), target.urls.end(),
                                   [](Url const& url) { return url.port == 0; });
  if (no_port && target.start.empty()) {
    return "--proxy with port 0, which is a free one, needs --start: who else would listen there?";
  }
  if (!embedded && target.urls.empty()) {
    return "topology " + std::string(to_string(target.topology)) + " needs --proxy URL";
  }
  if (!embedded && !target.defect.empty()) {
    return "--defect breaks the embedded proxy only; leave --proxy out";
  }
  if (!embedded && !target.variant.empty()) {
    return "--variant is of the embedded proxy only; leave --proxy out";
  }
  if (!target.defect.empty() && !target.variant.empty()) {
    return "--defect and --variant exclude each other";
  }
  if (target.topology == Topology::http_front && target.upstream_listen.empty()) {
    return "topology http-front needs --upstream-listen A:P, where the front finds its upstream";
  }
  if (target.topology != Topology::http_front && !target.upstream_listen.empty()) {
    return "--upstream-listen goes with --topology http-front";
  }
  if (auto wrong_way = forward_proxy_contradiction(target); !wrong_way.empty()) {
    return wrong_way;
  }
  if (auto both = elsewhere_contradiction(target); !both.empty()) {
    return both;
  }
  if (!target.upstream_tls.empty() && target.upstream_listen.empty()) {
    return "--upstream-tls needs --upstream-listen";
  }
  if (target.upstream_tls == "front" && url_of(target, true) == nullptr) {
    return "--upstream-tls front needs an https URL of the front: what else would it show a "
           "certificate at?";
  }
  if (target.auth != Auth::none && target.user.empty()) {
    return "--auth needs --user, and --password-file or $RPCHSPEC_PASSWORD";
  }
  if (target.client_cert.empty() != target.client_key.empty()) {
    return "--client-cert and --client-key go together";
  }
  return {};
}

}  // namespace

std::vector<Option> const& run_options() {
  static auto const kAll = [] {
    std::vector<Option> out;
    for (auto const& part : {options_what(), options_which(), options_how(), options_output()}) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }();
  return kAll;
}

Option const* find_option(std::string_view name) {
  std::string hyphened(name);
  std::replace(hyphened.begin(), hyphened.end(), '_', '-');
  for (auto const& option : run_options()) {
    if (option.name == hyphened) {
      return &option;
    }
  }
  return nullptr;
}

Result<void> OptionSource::apply(Option const& option, std::string const& value) {
  auto allowed = option.allowed;
  if (option.kind == OptionKind::flag) {
    allowed = {"true", "false"};
  }
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    return wrong_option(
        "'" + value + "' is not one of " + model::join(allowed) +
        (model::nearest(value, allowed).empty() ? "" : model::suggestion(value, allowed)));
  }
  if (seen_.insert(option.name).second && option.clear != nullptr) {
    option.clear(settings_);
  }
  return option.apply(settings_, value);
}

Result<void> complete(Settings& settings) {
  if (auto read = read_password(settings); !read) {
    return read;
  }
  if (auto read = read_agent_token(settings); !read) {
    return read;
  }
  derive(settings);
  auto why = contradiction_of_split(settings.target);
  if (why.empty() && settings.target.topology == Topology::split) {
    auto& target = settings.target;
    target.urls = target.in_urls;
    target.urls.insert(target.urls.end(), target.out_urls.begin(), target.out_urls.end());
    target.name = settings.target_name.empty() ? target.urls.front().host : target.name;
  }
  for (auto const check : {contradiction, contradiction_of_live}) {
    why = why.empty() ? check(settings.target) : why;
  }
  return why.empty() ? Result<void>() : wrong_option(std::move(why));
}

}  // namespace rpchspec::targets
