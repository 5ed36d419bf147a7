#include "harness/agent/service/channel.hpp"

#include <grpcpp/grpcpp.h>

namespace rpchspec::service {

namespace {

constexpr int kFirstRetryMs = 200;
constexpr int kLastRetryMs = 2000;
constexpr int kPingMs = 10000;  // notices an agent that is gone

}  // namespace

std::shared_ptr<grpc::Channel> channel_of(CallerOptions const& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstRetryMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kFirstRetryMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastRetryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingMs);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // an agent is reached directly
  auto credentials = grpc::InsecureChannelCredentials();
  if (!options.ca.empty()) {
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = options.ca;
    ssl.pem_private_key = options.key;
    ssl.pem_cert_chain = options.certificate;
    credentials = grpc::SslCredentials(ssl);
  }
  if (!options.name.empty()) {
    arguments.SetSslTargetNameOverride(options.name);
  }
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

}  // namespace rpchspec::service
