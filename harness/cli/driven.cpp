#include "harness/cli/driven.hpp"

#include <memory>
#include <optional>

#include "harness/agent/guard.hpp"
#include "harness/cli/command.hpp"
#include "harness/engine/peer_listener.hpp"
#include "harness/targets/option_values.hpp"
#include "harness/targets/url.hpp"
#include "net/address.hpp"

namespace rpchspec::cli {

namespace {

engine::PeerListener::Options listen_of(DrivenOptions const& options) {
  auto const address = targets::parse_address(options.listen, targets::PortZero::allowed);
  if (!address) {
    throw UsageError{"--driven: " + address.error().detail};
  }
  if (!net::is_ip_address(address->host)) {
    throw UsageError{"--driven: '" + address->host + "' is no IP address"};
  }
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    throw UsageError{"--tls-cert and --tls-key go together"};
  }
  auto const guarded = !options.tls_cert.empty() && !options.token_file.empty();
  if (!agent::is_loopback(address->host) && !guarded) {
    throw UsageError{"--driven: '" + address->host +
                     "' is not loopback: it wants TLS and a token (--tls-cert F --tls-key F "
                     "--token-file F)"};
  }
  engine::PeerListener::Options listen;
  listen.address = address->host;
  listen.port = address->port;
  if (!options.tls_cert.empty()) {
    net::TlsServerOptions tls;
    auto certificate = net::load_certificate(options.tls_cert, options.tls_key);
    if (!certificate) {
      throw UsageError{"--tls-cert: " + certificate.error().detail};
    }
    tls.certificate = *std::move(certificate);
    auto context = net::TlsContext::server(tls);
    if (!context) {
      throw UsageError{"--tls-cert: " + context.error().detail};
    }
    listen.tls = *std::move(context);
  }
  return listen;
}

std::optional<agent::Token> token_of(DrivenOptions const& options) {
  if (options.token_file.empty()) {
    return std::nullopt;
  }
  auto token = agent::Token::load(options.token_file);
  if (!token) {
    throw UsageError{"--token-file: " + token.error().detail};
  }
  return *std::move(token);
}

engine::Peer::Options peer_options_of(DrivenOptions const& options) {
  engine::Peer::Options peer;
  if (!options.own_address.empty() && !net::is_ip_address(options.own_address)) {
    throw UsageError{"--own-address: '" + options.own_address + "' is no IP address"};
  }
  peer.own_address = options.own_address;
  return peer;
}

class DrivenService final : public Service {
 public:
  explicit DrivenService(DrivenOptions const& options)
      : listen_(listen_of(options)),
        token_(token_of(options)),
        peer_([this](std::string_view said) { return !token_ || token_->matches(said); },
              peer_options_of(options)) {}

  Result<boost::json::object> start(net::Executor /*executor*/) override {
    auto started = engine::PeerListener::start(peer_, listen_);
    if (!started) {
      return tl::unexpected(started.error());
    }
    listening_ = std::move(*started);
    return boost::json::object{{"driven", listening_->local()}};
  }

  net::Task<> stop() override {
    listening_.reset();  // waits for its threads
    co_return;
  }

 private:
  engine::PeerListener::Options listen_;
  std::optional<agent::Token> token_;
  engine::Peer peer_;
  std::unique_ptr<engine::PeerListener> listening_;
};

}  // namespace

void add_driven_options(CLI::App& app, DrivenOptions& options) {
  app.add_option("--driven", options.listen,
                 "plays the backends of runs elsewhere (run --backend-at), which find it here; "
                 "loopback, unless TLS and a token; port 0: a free one")
      ->type_name("ADDR:PORT");
  app.add_option("--tls-cert", options.tls_cert, "TLS for --driven")->type_name("F");
  app.add_option("--tls-key", options.tls_key, "its key")->type_name("F");
  app.add_option("--token-file", options.token_file,
                 "its first line is the token that --driven asks for")
      ->type_name("F");
  app.add_option("--own-address", options.own_address,
                 "what a proxy on the machine of --driven's caller finds the backends at (default: "
                 "where the caller found --driven)")
      ->type_name("ADDR");
}

int play_for_others(DrivenOptions const& options, ServiceOptions const& service) {
  DrivenService driven(options);
  return serve(driven, service);
}

}  // namespace rpchspec::cli
