#include "harness/agent/service/client.hpp"

#include <grpcpp/grpcpp.h>

#include "harness/agent/proto/rpchspec/v1/agent.grpc.pb.h"
#include "harness/agent/service/channel.hpp"

namespace rpchspec::service {

namespace {

using Kind = CallFailed::Kind;

constexpr std::chrono::seconds kCallTime{60};

Kind kind_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::UNIMPLEMENTED:
      return Kind::request;
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::DATA_LOSS:
      return Kind::gone;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::UNKNOWN:
      return Kind::unreachable;
    default:
      return Kind::refused;
  }
}

tl::unexpected<CallFailed> failed(grpc::Status const& status) {
  CallFailed failure{kind_of(status.error_code()), status.error_message()};
  api::RpcStatus details;
  if (details.ParseFromString(status.error_details())) {
    for (auto const& each : details.details()) {
      api::Problems problems;
      if (each.UnpackTo(&problems)) {
        failure.problems.insert(failure.problems.end(), problems.problems().begin(),
                                problems.problems().end());
        failure.more += problems.more();
      }
    }
  }
  return tl::unexpected(std::move(failure));
}

api::LeaseRequest lease_request(std::string const& lease) {
  api::LeaseRequest request;
  request.set_lease(lease);
  return request;
}

}  // namespace

struct RemoteAgent::Parts {
  explicit Parts(CallerOptions const& options)
      : token(options.token), stub(api::Agent::NewStub(channel_of(options))) {}

  void prepare(grpc::ClientContext& context) const {
    if (!token.empty()) {
      context.AddMetadata("authorization", "Bearer " + token);
    }
  }

  template <class Request, class Reply>
  Called<Reply> call(grpc::Status (api::Agent::Stub::*method)(grpc::ClientContext*,
                                                              Request const&,
                                                              Reply*),
                     Request const& request) const {
    grpc::ClientContext context;
    prepare(context);
    context.set_deadline(std::chrono::system_clock::now() + kCallTime);
    Reply reply;
    auto const status = (stub.get()->*method)(&context, request, &reply);
    return status.ok() ? Called<Reply>(std::move(reply)) : failed(status);
  }

  template <class Message, class Start, class OnMessage>
  Called<void> stream(Start start, OnMessage const& on_message) const {
    grpc::ClientContext context;
    prepare(context);
    auto const reader = start(context);
    Message message;
    bool wanted = true;
    while (wanted && reader->Read(&message)) {
      wanted = on_message(message);
    }
    if (!wanted) {
      context.TryCancel();
      static_cast<void>(reader->Finish());
      return {};
    }
    auto const status = reader->Finish();
    return status.ok() ? Called<void>() : failed(status);
  }

  std::string token;
  std::unique_ptr<api::Agent::Stub> stub;
};

RemoteAgent::RemoteAgent(CallerOptions const& options) : parts_(std::make_unique<Parts>(options)) {}

RemoteAgent::~RemoteAgent() = default;

Called<api::HelloReply> RemoteAgent::hello(std::string const& client) {
  api::HelloRequest request;
  request.set_client(client);
  return parts_->call(&api::Agent::Stub::Hello, request);
}

Called<api::Session> RemoteAgent::open_session(std::chrono::seconds ttl) {
  api::OpenSessionRequest request;
  request.mutable_ttl()->set_seconds(ttl.count());
  return parts_->call(&api::Agent::Stub::OpenSession, request);
}

Called<api::Session> RemoteAgent::keep_alive(std::string const& lease) {
  return parts_->call(&api::Agent::Stub::KeepAlive, lease_request(lease));
}

Called<void> RemoteAgent::close_session(std::string const& lease) {
  auto const reply = parts_->call(&api::Agent::Stub::CloseSession, lease_request(lease));
  return reply ? Called<void>() : tl::unexpected(reply.error());
}

Called<api::ValidateReply> RemoteAgent::validate(api::RunRequest const& request) {
  return parts_->call(&api::Agent::Stub::Validate, request);
}

Called<api::RunState> RemoteAgent::cancel(std::string const& lease, std::string const& run_id) {
  api::RunName name;
  name.set_lease(lease);
  name.set_run_id(run_id);
  return parts_->call(&api::Agent::Stub::Cancel, name);
}

Called<api::ListRunsReply> RemoteAgent::list_runs(std::string const& lease) {
  return parts_->call(&api::Agent::Stub::ListRuns, lease_request(lease));
}

Called<void> RemoteAgent::run(api::RunRequest const& request, OnEvent const& on_event) {
  return parts_->stream<api::RunEvent>(
      [&](grpc::ClientContext& context) { return parts_->stub->Run(&context, request); },
      [&](api::RunEvent const& event) {
        on_event(event);
        return true;
      });
}

Called<void> RemoteAgent::attach(api::AttachRequest const& request, OnEvent const& on_event) {
  return parts_->stream<api::RunEvent>(
      [&](grpc::ClientContext& context) { return parts_->stub->Attach(&context, request); },
      [&](api::RunEvent const& event) {
        on_event(event);
        return true;
      });
}

Called<void> RemoteAgent::fetch(api::FetchRequest const& request, OnChunk const& on_chunk) {
  return parts_->stream<api::FetchChunk>(
      [&](grpc::ClientContext& context) { return parts_->stub->Fetch(&context, request); },
      on_chunk);
}

}  // namespace rpchspec::service
