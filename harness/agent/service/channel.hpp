// The way to an agent. Includes gRPC: for the files of this folder alone.

#pragma once

#include <memory>

#include <grpcpp/channel.h>

#include "harness/agent/service/client.hpp"

namespace rpchspec::service {

/// Connects when it is used, and again where that breaks.
[[nodiscard]] std::shared_ptr<grpc::Channel> channel_of(CallerOptions const& options);

}  // namespace rpchspec::service
