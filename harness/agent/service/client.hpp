// An agent, as a caller sees it: rpchspec.v1.Agent without gRPC's headers.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "harness/agent/proto/rpchspec/v1/agent.pb.h"

namespace rpchspec::service {

namespace api = rpchspec::v1;

/// How to reach an agent; PEM texts. Without `ca` it is plain HTTP/2, for loopback.
struct CallerOptions {
  std::string address;  // "10.0.0.5:7135"
  std::string ca{};
  std::string certificate{};
  std::string key{};
  std::string name{};  // that its certificate is of, where that is not the address
  std::string token{};
};

/// A call that failed, in words, with the problems of its details.
struct CallFailed {
  enum class Kind {
    request,      // what was asked for cannot be: it is wrong, unknown, or there already
    refused,      // not now, not for this caller, not so much
    unreachable,  // nobody answers, or the connection broke: it may be tried again
    gone,         // the lease, the run or the agent's memory of it
  };
  Kind kind = Kind::unreachable;
  std::string text;
  std::vector<api::Problem> problems{};
  std::uint32_t more = 0;  // problems that were not told
};

template <class T>
using Called = tl::expected<T, CallFailed>;

/// Thread-safe.
class RemoteAgent {
 public:
  explicit RemoteAgent(CallerOptions const& options);
  ~RemoteAgent();
  RemoteAgent(RemoteAgent const&) = delete;
  RemoteAgent& operator=(RemoteAgent const&) = delete;

  [[nodiscard]] Called<api::HelloReply> hello(std::string const& client);
  [[nodiscard]] Called<api::Session> open_session(std::chrono::seconds ttl);
  [[nodiscard]] Called<api::Session> keep_alive(std::string const& lease);
  [[nodiscard]] Called<void> close_session(std::string const& lease);
  [[nodiscard]] Called<api::ValidateReply> validate(api::RunRequest const& request);
  [[nodiscard]] Called<api::RunState> cancel(std::string const& lease, std::string const& run_id);
  [[nodiscard]] Called<api::ListRunsReply> list_runs(std::string const& lease);

  using OnEvent = std::function<void(api::RunEvent const&)>;

  /// Until the stream ends: whether by `end`, the last event says.
  [[nodiscard]] Called<void> run(api::RunRequest const& request, OnEvent const& on_event);
  [[nodiscard]] Called<void> attach(api::AttachRequest const& request, OnEvent const& on_event);

  /// `on_chunk` returns whether more is wanted.
  using OnChunk = std::function<bool(api::FetchChunk const&)>;
  [[nodiscard]] Called<void> fetch(api::FetchRequest const& request, OnChunk const& on_chunk);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rpchspec::service
