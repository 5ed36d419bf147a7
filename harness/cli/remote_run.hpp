// A run on an agent, followed from here.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/agent/service/client.hpp"

namespace rpchspec::cli {

/// Keeps a lease alive while it is there, and hands a signal of ours on to the run as Cancel.
class RemoteWatch {
 public:
  RemoteWatch(service::RemoteAgent& agent, service::api::RunName run, std::chrono::seconds ttl);
  ~RemoteWatch();
  RemoteWatch(RemoteWatch const&) = delete;
  RemoteWatch& operator=(RemoteWatch const&) = delete;

 private:
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

/// Follows a run to its end: from the first event on, or, with `attach`, of one that goes on.
/// Where the connection breaks it goes on behind the last event, for as long as `patience`.
/// @return how it ended.
class RemoteFollower {
 public:
  using OnEvent = service::RemoteAgent::OnEvent;

  RemoteFollower(service::RemoteAgent& agent, std::chrono::seconds patience, OnEvent on_event)
      : agent_(agent), patience_(patience), on_event_(std::move(on_event)) {}

  [[nodiscard]] service::Called<service::api::RunEnd> run(service::api::RunRequest const& request);
  [[nodiscard]] service::Called<service::api::RunEnd> attach(service::api::AttachRequest request);

 private:
  [[nodiscard]] service::Called<void> once(service::api::RunRequest const* request,
                                           service::api::AttachRequest const& attach);
  [[nodiscard]] service::Called<service::api::RunEnd> follow(
      service::api::RunRequest const* request, service::api::AttachRequest attach);
  void take(service::api::RunEvent const& event);

  service::RemoteAgent& agent_;
  std::chrono::seconds patience_;
  OnEvent on_event_;
  std::uint64_t next_ = 1;
  std::optional<service::api::RunEnd> end_;
};

struct FetchPlace {
  std::filesystem::path folder;
  std::chrono::seconds patience{};  // with a connection that broke
  bool replaces = false;            // what an earlier run left goes once something comes
};

/// Writes the files of a run into a folder, each beside its place first. An agent's names that
/// lead elsewhere are refused.
/// @throws StartError: it cannot be written, or the agent names a file that is none of a run's.
[[nodiscard]] service::Called<void> fetch_into(service::RemoteAgent& agent,
                                               service::api::FetchRequest request,
                                               FetchPlace const& into);

}  // namespace rpchspec::cli
