// rpchspec.v1.Servers: streams of callers, each carried to a process that plays servers. Includes
// gRPC: for the files of this folder alone.

#pragma once

#include <memory>
#include <optional>

#include "harness/agent/proto/rpchspec/v1/drive.grpc.pb.h"
#include "harness/agent/supervisor/driven.hpp"
#include "harness/agent/token.hpp"

namespace rpchspec::service {

namespace api = rpchspec::v1;

struct LinkHub;

class DriveService final : public api::Servers::CallbackService {
 public:
  /// Both outlive it.
  DriveService(supervisor::DrivenServers& driven, std::optional<agent::Token> const& token);

  /// Its server has shut down.
  ~DriveService() override;
  DriveService(DriveService const&) = delete;
  DriveService& operator=(DriveService const&) = delete;

  /// Streams end with UNAVAILABLE, and so do new ones.
  void stop();

  using api::Servers::CallbackService::Drive;
  grpc::ServerBidiReactor<api::LinkPiece, api::LinkPiece>* Drive(
      grpc::CallbackServerContext* context) override;

 private:
  std::unique_ptr<LinkHub> hub_;
  std::optional<agent::Token> const& token_;
};

}  // namespace rpchspec::service
