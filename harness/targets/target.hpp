// Everything known of one proxy under test: how it is reached, started, and what it is like.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/connect.hpp"
#include "protocol/base/time.hpp"
#include "protocol/wire/valid_ports.hpp"

namespace rpchspec::targets {

enum class Topology { embedded, rpc_proxy, http_front, split, live };

[[nodiscard]] std::string_view to_string(Topology topology);  // "rpc-proxy"
[[nodiscard]] std::optional<Topology> parse_topology(std::string_view name);

/// http://host:port/rpc/rpcproxy.dll; the path may be left out.
struct Url {
  std::string text;
  std::string host;
  std::uint16_t port = 80;
  bool tls = false;
  std::string path = "/rpc/rpcproxy.dll";
};

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

enum class Auth { none, basic, ntlm, negotiate };

[[nodiscard]] std::string_view to_string(Auth auth);
[[nodiscard]] std::optional<Auth> parse_auth(std::string_view name);

/// What is known of the proxy's configuration. Typed; `rpchspec facts` lists them.
struct Facts {
  std::optional<Duration> connection_timeout{};
  std::optional<Duration> idle_timeout{};
  std::optional<std::uint32_t> receive_window{};
  std::optional<std::uint32_t> channel_lifetime{};
  std::optional<std::uint32_t> ping_traffic_threshold{};
  std::optional<bool> allow_anonymous{};
  std::optional<wire::ValidPorts> valid_ports{};
  std::vector<Auth> auth{};  // schemes that a 401 offers; empty: not known
  std::optional<bool> pings{};
  std::optional<bool> v1{};
  std::optional<bool> intrusive{};
  std::optional<std::string> host_name{};  // other names of the servers' address
  std::optional<std::string> netbios_name{};
  std::optional<std::string> extended_protection{};  // off, allow, require
  std::map<std::string, std::string> given{};        // as written, for the reports
  std::set<std::string> probed{};                    // of these: nobody stated them
};

/// A failure that is allowed, until a date (model of reports/waivers.hpp).
struct WaiverEntry {
  std::string finding;  // at least one of these three is set; all that are must match
  std::string requirement;
  std::string id;  // glob
  std::string reason;
  std::string owner;
  std::string until;                 // YYYY-MM-DD
  std::vector<std::string> cases{};  // where it was seen, as a baseline says
};

/// The program that `start` needs, so that a machine without it skips the target instead of
/// failing.
struct Program {
  std::string name;     // looked for on PATH, /usr/sbin and /sbin; empty: nothing is looked for
  std::string package;  // of Debian, for the words of the skip
  std::string version;  // shell command; the first line it prints is the version
};

class HeldPorts;  // free_ports.hpp

/// How the agent that plays the servers is spoken to: by the link of `backend --driven`, or as
/// `serve` is.
enum class AgentSpeech { link, grpc };

struct Target {
  std::string name = "embedded";
  Topology topology = Topology::embedded;
  std::vector<Url> urls;      // http and https of the same proxy
  std::vector<Url> in_urls;   // split: of the node that IN channels go to; all are in urls, too
  std::vector<Url> out_urls;  // and of that for OUT channels
  std::optional<Url> forward_proxy{};  // HTTP proxy between the client and this proxy
  std::string start;                   // shell command; empty: it runs already
  std::string configuration;  // which of several this is (config.hpp); empty: the first one
  std::string reconfigure;    // shell command that brings the running proxy into it; empty: `start`
  std::map<std::string, std::string> environment;
  std::string folder;  // of the file that describes this target; empty: the command line does
  Program program{};
  Duration wait{};  // for it to come up; zero: not at all
  std::vector<Address> upstream_listen;
  std::string upstream_tls;  // "", "auto", "front", or "CERT,KEY"
  std::string server_name = "auto";
  std::string backend_bind = "auto";
  /// Store, referral, address book; the endpoint mapper, where it has one.
  std::vector<std::uint16_t> backend_ports{6001, 6002, 6004};
  std::optional<Address> backend_at{};  // of the agent that plays the servers; empty: this process
  AgentSpeech agent_speech = AgentSpeech::link;
  std::string agent_ca_file;  // its TLS; empty: none
  std::string agent_cert;     // what is shown to it, with gRPC; empty: nothing
  std::string agent_key;
  std::string agent_name;  // that its certificate is of, with gRPC; empty: its address
  std::string agent_token;
  std::vector<net::ResolveOverride> resolve;
  std::string sni;
  std::string ca_file;
  bool insecure = false;
  std::string client_cert;
  std::string client_key;
  Auth auth = Auth::none;
  std::string user;
  std::string password;
  Facts facts;
  std::vector<std::string>
      unused_facts{};  // stated of the embedded proxy, which they say nothing of
  std::vector<std::string> excludes;
  std::vector<WaiverEntry> waivers;
  std::string defect;                             // embedded only
  std::string variant;                            // embedded only; "all": one run for each
  std::shared_ptr<HeldPorts const> held_ports{};  // those that were picked, while anyone uses them
};

/// The servers behind the proxy are ours, on addresses that the proxy connects to.
[[nodiscard]] bool has_our_servers(Topology topology);

/// The target's first https (tls) or http URL; null: it has none.
[[nodiscard]] Url const* url_of(Target const& target, bool tls);

}  // namespace rpchspec::targets
