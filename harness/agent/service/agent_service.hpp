// rpchspec.v1.Agent: each call handed to the supervisor, and its answer as gRPC has it. Includes
// gRPC: for the files of this folder alone.

#pragma once

#include <atomic>
#include <functional>
#include <optional>

#include "harness/agent/proto/rpchspec/v1/agent.grpc.pb.h"
#include "harness/agent/supervisor/supervisor.hpp"
#include "harness/agent/token.hpp"

namespace rpchspec::service {

namespace api = rpchspec::v1;

/// UNAUTHENTICATED without `authorization: Bearer TOKEN`.
[[nodiscard]] grpc::Status check_token(
    std::multimap<grpc::string_ref, grpc::string_ref> const& metadata, agent::Token const& token);

/// The status of a refusal, its problems in the details.
[[nodiscard]] grpc::Status status_of(supervisor::Refused const& refused);

/// For the person at the agent.
void log_failure(char const* what);

class AgentService final : public api::Agent::Service {
 public:
  /// Both outlive it.
  AgentService(supervisor::Supervisor& supervisor, std::optional<agent::Token> const& token)
      : supervisor_(supervisor), token_(token) {}

  /// Calls and streams end with UNAVAILABLE.
  void stop() { stopping_ = true; }

  using Context = grpc::ServerContext;
  template <class T>
  using Writer = grpc::ServerWriter<T>;

  grpc::Status Hello(Context*, api::HelloRequest const*, api::HelloReply*) override;
  grpc::Status OpenSession(Context*, api::OpenSessionRequest const*, api::Session*) override;
  grpc::Status KeepAlive(Context*, api::LeaseRequest const*, api::Session*) override;
  grpc::Status CloseSession(Context*, api::LeaseRequest const*, api::CloseSessionReply*) override;
  grpc::Status Reset(Context*, api::LeaseRequest const*, api::ResetSessionReply*) override;
  grpc::Status Validate(Context*, api::RunRequest const*, api::ValidateReply*) override;
  grpc::Status Run(Context*, api::RunRequest const*, Writer<api::RunEvent>*) override;
  grpc::Status Attach(Context*, api::AttachRequest const*, Writer<api::RunEvent>*) override;
  grpc::Status Cancel(Context*, api::RunName const*, api::RunState*) override;
  grpc::Status ListRuns(Context*, api::LeaseRequest const*, api::ListRunsReply*) override;
  grpc::Status Fetch(Context*, api::FetchRequest const*, Writer<api::FetchChunk>*) override;
  grpc::Status StartFixture(Context*, api::StartFixtureRequest const*, api::Fixture*) override;
  grpc::Status ConfigureFixture(Context*,
                                api::ConfigureFixtureRequest const*,
                                api::Fixture*) override;
  grpc::Status StopFixture(Context*, api::FixtureName const*, api::StopFixtureReply*) override;
  grpc::Status ListFixtures(Context*, api::LeaseRequest const*, api::ListFixturesReply*) override;
  grpc::Status Inject(Context*, api::InjectRequest const*, api::Fault*) override;
  grpc::Status EndFault(Context*, api::EndFaultRequest const*, api::Fault*) override;
  grpc::Status ListFaults(Context*, api::FixtureName const*, api::Faults*) override;
  grpc::Status ResetFixture(Context*, api::ResetFixtureRequest const*, api::ResetReply*) override;
  grpc::Status ListConnections(Context*, api::FixtureName const*, api::Connections*) override;
  grpc::Status FixtureEvents(Context*, api::FixtureEventsRequest const*, api::Events*) override;
  grpc::Status FixtureFindings(Context*, api::FixtureName const*, api::Findings*) override;

 private:
  [[nodiscard]] grpc::Status admit(Context const& context) const;
  template <class Work>
  [[nodiscard]] grpc::Status answer(Context const& context, Work&& work);
  [[nodiscard]] grpc::Status tell(Context const& context,
                                  supervisor::Run const& run,
                                  std::uint64_t from,
                                  Writer<api::RunEvent>& writer) const;
  [[nodiscard]] bool is_known(supervisor::Run const& run);
  template <class Name>
  [[nodiscard]] supervisor::Outcome<void> ask(Name const& name,
                                              supervisor::ControlCall const& call,
                                              google::protobuf::Message& reply);

  supervisor::Supervisor& supervisor_;
  std::optional<agent::Token> const& token_;
  std::atomic<bool> stopping_{false};
};

}  // namespace rpchspec::service
