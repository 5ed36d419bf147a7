#include "harness/agent/service/agent_service.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>

#include "harness/agent/service/answer.hpp"
#include "harness/agent/supervisor/run_files.hpp"

namespace rpchspec::service {

namespace {

using supervisor::Outcome;

constexpr std::chrono::milliseconds kLook{250};  // how soon a caller that is gone is noticed
constexpr std::size_t kChunk = std::size_t{64} << 10;
constexpr std::size_t kMostClient = 64;
constexpr char const* kLeaving = "the agent is leaving";

std::string printable(std::string text) {
  text.resize(std::min(text.size(), kMostClient));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

enum class Sending { whole, no_file, cut_off, no_caller };

/// The file as it is at this moment, from `offset` on.
Sending send_file(supervisor::RunFile const& file,
                  std::uint64_t offset,
                  grpc::ServerWriter<api::FetchChunk>& writer) {
  std::ifstream in(file.path, std::ios::binary | std::ios::ate);
  if (!in) {
    return Sending::no_file;
  }
  auto const size = static_cast<std::uint64_t>(in.tellg());
  std::string buffer(kChunk, '\0');
  in.seekg(static_cast<std::streamoff>(std::min(offset, size)));
  do {
    auto const wanted = std::min<std::uint64_t>(kChunk, size - std::min(offset, size));
    in.read(buffer.data(), static_cast<std::streamsize>(wanted));
    auto const count = static_cast<std::size_t>(in.gcount());
    api::FetchChunk chunk;
    chunk.set_file(file.name);
    chunk.set_offset(offset);
    chunk.set_size(size);
    chunk.set_data(buffer.data(), count);
    if (count < wanted) {
      return Sending::cut_off;
    }
    if (!writer.Write(chunk)) {
      return Sending::no_caller;
    }
    offset += count;
  } while (offset < size);
  return Sending::whole;
}

}  // namespace

void log_failure(char const* what) {
  spdlog::error("a call failed: {}", what);
}

grpc::Status AgentService::admit(Context const& context) const {
  if (stopping_) {
    return {grpc::StatusCode::UNAVAILABLE, kLeaving};
  }
  return token_ ? check_token(context.client_metadata(), *token_) : grpc::Status::OK;
}

grpc::Status AgentService::Hello(Context* context,
                                 api::HelloRequest const* request,
                                 api::HelloReply* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    spdlog::info("hello of '{}' at {}", printable(request->client()), context->peer());
    *reply = supervisor_.hello();
    return {};
  });
}

grpc::Status AgentService::OpenSession(Context* context,
                                       api::OpenSessionRequest const* request,
                                       api::Session* reply) {
  return answer(*context, [&] { return put(supervisor_.open_session(*request), *reply); });
}

grpc::Status AgentService::KeepAlive(Context* context,
                                     api::LeaseRequest const* request,
                                     api::Session* reply) {
  return answer(*context, [&] { return put(supervisor_.keep_alive(request->lease()), *reply); });
}

grpc::Status AgentService::CloseSession(Context* context,
                                        api::LeaseRequest const* request,
                                        api::CloseSessionReply* /*reply*/) {
  return answer(*context, [&] { return supervisor_.close_session(request->lease()); });
}

grpc::Status AgentService::Reset(Context* context,
                                 api::LeaseRequest const* request,
                                 api::ResetSessionReply* reply) {
  return answer(*context, [&] { return put(supervisor_.reset(request->lease()), *reply); });
}

grpc::Status AgentService::Validate(Context* context,
                                    api::RunRequest const* request,
                                    api::ValidateReply* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto const call = supervisor_.enter(request->lease());
    return call ? put(supervisor_.validate(*request), *reply)
                : Outcome<void>(tl::unexpected(call.error()));
  });
}

/// Events as they come, until the last one, or until the caller is gone.
grpc::Status AgentService::tell(Context const& context,
                                supervisor::Run const& run,
                                std::uint64_t from,
                                Writer<api::RunEvent>& writer) const {
  auto const& events = run.events();
  for (auto next = std::max<std::uint64_t>(from, 1); !context.IsCancelled();) {
    if (stopping_) {
      return {grpc::StatusCode::UNAVAILABLE, kLeaving};
    }
    if (!events.wait_for(next, kLook)) {
      if (events.end()) {
        return grpc::Status::OK;  // asked for what is behind the end
      }
      continue;
    }
    auto const event = events.read(next);
    if (!event) {
      return {grpc::StatusCode::DATA_LOSS, "the agent cannot read the event back"};
    }
    if (!writer.Write(*event) || event->has_end()) {
      return grpc::Status::OK;
    }
    ++next;
  }
  return grpc::Status::CANCELLED;
}

grpc::Status AgentService::Run(Context* context,
                               api::RunRequest const* request,
                               Writer<api::RunEvent>* writer) {
  supervisor::Call call;
  std::shared_ptr<supervisor::Run> run;
  auto status = answer(*context, [&] {
    auto entered = put(supervisor_.enter(request->lease()), call);
    return entered ? put(supervisor_.run(*request), run) : entered;
  });
  return status.ok() ? tell(*context, *run, 1, *writer) : status;
}

grpc::Status AgentService::Attach(Context* context,
                                  api::AttachRequest const* request,
                                  Writer<api::RunEvent>* writer) {
  supervisor::Call call;
  std::shared_ptr<supervisor::Run> run;
  auto status = answer(*context, [&] {
    auto entered = put(supervisor_.enter(request->lease()), call);
    return entered ? put(supervisor_.find_run(request->lease(), request->run_id()), run) : entered;
  });
  return status.ok() ? tell(*context, *run, request->from(), *writer) : status;
}

grpc::Status AgentService::Cancel(Context* context,
                                  api::RunName const* request,
                                  api::RunState* reply) {
  return answer(*context, [&]() -> Outcome<void> {
    auto run = supervisor_.find_run(request->lease(), request->run_id());
    if (!run) {
      return tl::unexpected(std::move(run.error()));
    }
    (*run)->cancel();
    *reply = (*run)->state();
    return {};
  });
}

grpc::Status AgentService::ListRuns(Context* context,
                                    api::LeaseRequest const* request,
                                    api::ListRunsReply* reply) {
  return answer(*context, [&] { return put(supervisor_.list_runs(request->lease()), *reply); });
}

grpc::Status AgentService::Fetch(Context* context,
                                 api::FetchRequest const* request,
                                 Writer<api::FetchChunk>* writer) {
  supervisor::Call call;
  std::shared_ptr<supervisor::Run> run;
  std::vector<supervisor::RunFile> files;
  auto status = answer(*context, [&]() -> Outcome<void> {
    if (auto entered = put(supervisor_.enter(request->lease()), call); !entered) {
      return entered;
    }
    if (auto found = put(supervisor_.find_run(request->lease(), request->run_id()), run); !found) {
      return found;
    }
    return put(supervisor::files_of(run->folder(), *request), files);
  });
  if (!status.ok()) {
    return status;
  }
  for (auto const& file : files) {
    if (file.name < request->from_file()) {
      continue;
    }
    auto const offset = file.name == request->from_file() ? request->from_offset() : 0;
    auto const sending = send_file(file, offset, *writer);
    if (sending == Sending::no_caller) {
      return grpc::Status::CANCELLED;
    }
    if (sending == Sending::cut_off) {
      return {grpc::StatusCode::ABORTED, "'" + file.name + "' changed while it was read"};
    }
    if (sending == Sending::no_file && !is_known(*run)) {
      return {grpc::StatusCode::NOT_FOUND, "the run was forgotten while its files were sent"};
    }
  }
  return grpc::Status::OK;
}

/// Its files stay. A run that goes on may remove some: those of cases that passed.
bool AgentService::is_known(supervisor::Run const& run) {
  auto const& request = run.request();
  auto const found = supervisor_.find_run(request.lease(), request.run_id());
  return found && found->get() == &run;
}

}  // namespace rpchspec::service
