// One stream of Servers.Drive, between gRPC's threads and that of a link. Includes gRPC: for the
// files of this folder alone.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <grpcpp/grpcpp.h>

#include "harness/agent/proto/rpchspec/v1/drive.grpc.pb.h"
#include "harness/agent/service/open_calls.hpp"
#include "protocol/base/bytes.hpp"

namespace rpchspec::service {

/// Made by std::make_shared; keeps itself until gRPC is done with it. Any thread.
class DriveCall final
    : public grpc::ClientBidiReactor<rpchspec::v1::LinkPiece, rpchspec::v1::LinkPiece>,
      public std::enable_shared_from_this<DriveCall> {
 public:
  using Stub = rpchspec::v1::Servers::Stub;
  using Wake = std::function<void()>;

  /// @param wake  called, on any thread and not often, when there is something new.
  DriveCall(Wake wake, std::shared_ptr<OpenCalls> calls);

  /// @param drive  that the link joins; empty: a new one.
  void start(Stub& stub, std::string const& token, std::string const& drive);

  /// False: too much waits to be sent, or it has ended.
  [[nodiscard]] bool send(Bytes const& bytes);

  /// What arrived since the last time.
  [[nodiscard]] std::string take();

  /// Ends it, soon.
  void cancel();

  /// `wake` is not called any more.
  void forget_wake();

  /// As the agent answered; empty: not yet.
  [[nodiscard]] std::string drive() const;

  [[nodiscard]] bool has_more() const;
  [[nodiscard]] bool all_sent() const;

  /// Nothing more arrives. All that arrived may be taken yet.
  [[nodiscard]] std::optional<grpc::Status> end() const;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(grpc::Status const& status) override;

 private:
  void write_next();
  void let_go();
  void wake();

  OpenCalls::Mark open_;  // the first: all else is gone before it
  mutable std::mutex mutex_;
  Wake wake_;
  grpc::ClientContext context_;
  rpchspec::v1::LinkPiece in_;
  std::deque<rpchspec::v1::LinkPiece> waiting_;  // the first one is being written
  std::size_t queued_ = 0;                       // bytes of them
  std::string arrived_;
  std::string drive_;
  std::optional<grpc::Status> end_;
  bool reading_ = false;
  bool writing_ = false;
  bool held_ = false;  // gRPC waits for us
  std::shared_ptr<DriveCall> self_;
};

}  // namespace rpchspec::service
