// Everything that can be set on the reference proxy, and its YAML form.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/recorder.hpp"
#include "model/text_error.hpp"
#include "net/ending.hpp"
#include "net/event.hpp"
#include "net/gss_context.hpp"
#include "net/send_gate.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "protocol/base/time.hpp"
#include "protocol/session/outbound_proxy.hpp"
#include "protocol/wire/valid_ports.hpp"
#include "reference_proxy/defects.hpp"
#include "reference_proxy/latitude.hpp"

namespace rpchspec::proxy {

enum class Scheme { http, https };

/// What every request is answered with, for tests of what stands in front.
enum class Answers {
  as_an_rpc_proxy,
  garbage,      // bytes that are no HTTP, then the end
  two_lengths,  // a head with two different Content-Lengths
  never,
};

/// "garbage", "two-lengths", "never".
[[nodiscard]] std::optional<Answers> parse_answers(std::string_view name);

/// When `Expect: 100-continue` gets its 100, for tests of what stands in front (FIELD-F20).
enum class Continues {
  at_once,
  late,  // 2 s after the head, and nothing of the body is read before
  never,
};

/// "at-once", "late", "never".
[[nodiscard]] std::optional<Continues> parse_continues(std::string_view name);

struct ListenAddress {
  Scheme scheme = Scheme::http;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
};

struct User {
  std::string name;
  std::string password;
};

/// What a 401 offers, and a request may use.
enum class AuthScheme { basic, ntlm, negotiate };

/// "Basic", "NTLM", "Negotiate".
[[nodiscard]] std::string_view to_string(AuthScheme scheme);

/// By name, in any case; empty when there is none.
[[nodiscard]] std::optional<AuthScheme> parse_auth_scheme(std::string_view name);

/// Whether a handshake's channel binding (RFC 5929) is looked at, and must be there.
enum class ExtendedProtection { off, allow, require };

/// "off", "allow" or "require"; empty otherwise.
[[nodiscard]] std::optional<ExtendedProtection> parse_extended_protection(std::string_view name);

/// `HOST:PORT` of the request's URI is reached at `ADDR:PORT`.
struct ServerOverride {
  std::string host;  // compared without case
  std::uint16_t port = 0;
  std::string address;
  std::uint16_t to_port = 0;
};

/// What becomes of a request for a server that no ServerOverride names.
enum class Unmapped {
  reached,      // where its name leads
  unreachable,  // answered as if nobody listened there
  refused,      // answered as ValidPorts answers
};

enum class LogLevel { debug, info, warning };

/// Whose connections an upstream serves, when it shares them with others: an HTTP front may send
/// requests for several of them on one connection. Plain TCP only.
struct Lender {
  std::function<bool(std::string const& target)> is_ours = {};  // judged by a request's target
  /// Takes a connection that stands between two requests: the next one is another's, or this
  /// proxy stops.
  std::function<void(net::Handover)> take_back = {};
  bool over_tls = false;       // its connections came over TLS, which ended before they got here
  Bytes channel_binding = {};  // of that TLS
};

inline constexpr std::chrono::seconds kLeastConnectionTimeout{30};

/// What the connections of one proxy share; all but the first for defects that spread from one to
/// another.
struct Shared {
  std::map<AuthScheme, net::GssCredentials> acceptors;                 // of handshakes
  std::map<std::string, std::shared_ptr<net::GssContext>> handshakes;  // by the client's address
  std::size_t channels = 0;                                            // open ones
  bool recycled = false;                                               // one of them was
  std::set<std::string> let_in;                      // addresses that credentials came from
  std::map<std::string, std::uint16_t> first_ports;  // of servers, by name
  std::optional<std::uint32_t> min_conn_timeout;     // seconds: somebody asked for it
};

struct ProxyConfig {
  std::vector<ListenAddress> listen = {ListenAddress{}};

  // HTTPS. Empty files: a self-signed certificate for `tls_names` is made on the spot.
  std::string certificate_file = {};
  std::string key_file = {};
  std::vector<std::string> tls_names = {"localhost", "127.0.0.1"};
  net::TlsVersion tls_min_version = net::TlsVersion::tls1_2;
  // Who issues the clients' certificates: a PEM file, or else PEM text. None: none is asked for.
  std::string client_ca_file = {};
  std::string client_ca_pem = {};
  std::optional<net::Certificate> certificate = {};  // instead of files

  // Admission.
  bool allow_anonymous = false;  // off: only requests over TLS with credentials
  std::vector<AuthScheme> schemes = {AuthScheme::basic};  // offered, in this order
  std::vector<User> users = {};  // none, with NTLM: those in the file that NTLM_USER_FILE names
  ExtendedProtection extended_protection = ExtendedProtection::off;
  bool plain_credentials = false;  // taken without TLS, too: an HTTP front ended it
  std::string realm = "rpchspec";
  std::optional<wire::ValidPorts> valid_ports = {};  // empty: every server and port

  // RPC over HTTP.
  std::chrono::milliseconds connection_timeout = std::chrono::seconds(120);  // at least 30 s
  ReceiveWindowSize receive_window{65536};     // 8192 to 262144 bytes, for both roles
  ChannelLifetime channel_lifetime{1U << 30};  // Content-Length of OUT: 131072 to 2^31 bytes
  session::Pings pings = session::Pings::on;
  /// Bytes of pings: at more than this the server is told of them. Up to 8192.
  std::uint32_t ping_traffic_threshold = 1031;
  std::optional<Duration> idle_timeout = {};  // empty: silent channels stay open
  bool v1 = true;                             // serves RPC_CONNECT, too

  // The way to the servers.
  std::vector<ServerOverride> servers = {};
  Unmapped unmapped = Unmapped::reached;  // holds under every defect
  Duration connect_timeout = std::chrono::seconds(15);

  // Limits.
  Duration head_timeout = std::chrono::seconds(30);  // from the first byte of a request's head
  std::size_t max_head = std::size_t{64} * 1024;     // bytes
  std::size_t max_connections = 4096;                // more are answered 503

  /// How the client is told that the server reset its connection.
  net::CloseHow on_server_reset = net::CloseHow::fin;

  Answers answers = Answers::as_an_rpc_proxy;
  Continues continues = Continues::at_once;
  Latitude latitude{};
  Defect defect = Defect::none;
  std::function<void(LogLevel, std::string const&)> log = {};
  std::shared_ptr<net::Event> failure =
      {};                                 // of any channel; the proxy makes it, for failure_spreads
  std::shared_ptr<Shared> shared = {};    // the proxy makes it
  journal::Recorder* observer = nullptr;  // records the HTTP side; outlives the proxy
  /// For the record: the scenario's number of a virtual connection, 0 where there is none.
  std::function<std::uint32_t(VirtualConnectionCookie const&)> number_of = {};
  std::optional<Lender> lender = {};  // of the connections that adopt() gets
  net::LegWatch* watch = nullptr;     // told of the clients' channels; outlives the proxy
};

/// Ranges of the fields above. The text says what is wrong and what is allowed.
[[nodiscard]] std::vector<Error> objections(ProxyConfig const& config);

/// The first of them.
[[nodiscard]] Result<void> check(ProxyConfig const& config);

/// Reads YAML. All errors of the file are told, each with its place; unknown keys with the nearest
/// known one; what check() objects to is told, too. @param name  of the file, for messages.
[[nodiscard]] tl::expected<ProxyConfig, std::vector<model::TextError>> parse_config(
    std::string_view text, std::string const& name);
[[nodiscard]] tl::expected<ProxyConfig, std::vector<model::TextError>> load_config(
    std::filesystem::path const& file);

/// "HOST:PORT=ADDR:PORT".
[[nodiscard]] Result<ServerOverride> parse_server_override(std::string_view text);

/// "http://127.0.0.1:8080", "https://0.0.0.0:0".
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace rpchspec::proxy
