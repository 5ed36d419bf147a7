#include "harness/agent/service/server.hpp"

#include <algorithm>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "harness/agent/service/agent_service.hpp"
#include "harness/agent/service/drive_service.hpp"
#include "harness/targets/url.hpp"

namespace rpchspec::service {

namespace {

constexpr std::uint64_t kSpareThreads = 64;   // for calls that take no time
constexpr std::uint64_t kMostThreads = 4096;  // each call has one
constexpr std::size_t kMostMemory = std::size_t{256} << 20;
constexpr int kMostStreams = 256;  // of one connection
constexpr std::chrono::seconds kLingerTime{2};
constexpr int kLeastPingMs = 5000;   // of callers
constexpr int kKeepaliveMs = 20000;  // notices callers that are gone

/// Over TLS, for every service, health and reflection included.
class TokenProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit TokenProcessor(agent::Token const& token) : token_(token) {}

  [[nodiscard]] bool IsBlocking() const override { return false; }

  grpc::Status Process(InputMetadata const& metadata,
                       grpc::AuthContext* /*context*/,
                       OutputMetadata* /*consumed*/,
                       OutputMetadata* /*response*/) override {
    return check_token(metadata, token_);
  }

 private:
  agent::Token const& token_;
};

std::shared_ptr<grpc::ServerCredentials> credentials_of(ServerOptions const& options,
                                                        std::optional<agent::Token> const& token) {
  if (!options.tls) {
    return grpc::InsecureServerCredentials();
  }
  auto const& tls = *options.tls;
  grpc::SslServerCredentialsOptions ssl(
      tls.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                            : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ssl.pem_root_certs = tls.client_ca;
  ssl.pem_key_cert_pairs.push_back({tls.key, tls.certificate});
  auto credentials = grpc::SslServerCredentials(ssl);
  if (token) {
    credentials->SetAuthMetadataProcessor(std::make_shared<TokenProcessor>(*token));
  }
  return credentials;
}

/// Threads for as many calls as all sessions may have under way, so that none starves another.
int threads_for(api::Quotas const& quotas) {
  auto const threads = kSpareThreads + std::uint64_t{quotas.sessions()} * quotas.calls();
  return static_cast<int>(std::min(threads, kMostThreads));
}

/// A message is inflated before it is held to a size, and before anybody asks who sent it: a
/// megabyte would take a gigabyte. No caller of ours compresses.
void refuse_compressed(grpc::ServerBuilder& builder) {
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
}

}  // namespace

struct AgentServer::Parts {
  Parts(std::optional<agent::Token> wanted,
        supervisor::Supervisor& supervisor,
        supervisor::DrivenServers& driven)
      : token(std::move(wanted)), service(supervisor, token), drive(driven, token) {}

  std::optional<agent::Token> token;
  AgentService service;
  DriveService drive;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Result<void> check(ServerOptions const& options) {
  bool const knows_callers =
      options.tls && (!options.tls->client_ca.empty() || options.token.has_value());
  if (agent::is_loopback(options.address) || knows_callers) {
    return {};
  }
  return fail({ErrorCode::unexpected, 0, "listen", "",
               "'" + options.address +
                   "' is not loopback: it wants TLS (--tls-cert F --tls-key F), and client "
                   "certificates (--client-ca F) or a token (--token-file F)"});
}

Result<std::unique_ptr<AgentServer>> AgentServer::start(ServerOptions const& options,
                                                        supervisor::Supervisor& supervisor,
                                                        supervisor::DrivenServers& driven) {
  if (auto const checked = check(options); !checked) {
    return tl::unexpected(checked.error());
  }
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto parts = std::make_unique<Parts>(options.token, supervisor, driven);
  targets::Address address;
  address.host = options.address;
  address.port = options.port;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(targets::to_string(address), credentials_of(options, parts->token),
                           &parts->port);
  builder.RegisterService(&parts->service);
  builder.RegisterService(&parts->drive);
  refuse_compressed(builder);
  builder.SetMaxReceiveMessageSize(static_cast<int>(supervisor.hello().quotas().message_bytes()));
  builder.SetResourceQuota(grpc::ResourceQuota("agent")
                               .Resize(kMostMemory)
                               .SetMaxThreads(threads_for(supervisor.hello().quotas())));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreams);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kLeastPingMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveMs);
  parts->server = builder.BuildAndStart();
  if (!parts->server || parts->port == 0) {
    return fail({ErrorCode::io, 0, "listen", "",
                 "cannot listen on " + targets::to_string(address) +
                     ": the address is in use or none of ours, or the certificate and its key "
                     "do not go together"});
  }
  parts->server->GetHealthCheckService()->SetServingStatus(api::Agent::service_full_name(), true);
  return std::unique_ptr<AgentServer>(new AgentServer(std::move(parts)));
}

AgentServer::AgentServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

void AgentServer::stop() {
  parts_->service.stop();
  parts_->drive.stop();
}

AgentServer::~AgentServer() {
  stop();
  parts_->server->Shutdown(std::chrono::system_clock::now() + kLingerTime);
}

std::uint16_t AgentServer::port() const {
  return static_cast<std::uint16_t>(parts_->port);
}

}  // namespace rpchspec::service
