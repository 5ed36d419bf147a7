// A run: `rpchspec run` as a process of its own, watched by a thread.

#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "harness/agent/supervisor/child.hpp"
#include "harness/agent/supervisor/event_log.hpp"
#include "harness/agent/supervisor/options.hpp"

namespace rpchspec::supervisor {

/// Folders of a run: `work`, where it is started and scenarios lie; `out`, its reports.
struct RunFolder {
  std::filesystem::path all;

  [[nodiscard]] std::filesystem::path work() const { return all / "work"; }

  [[nodiscard]] std::filesystem::path out() const { return all / "out"; }

  [[nodiscard]] std::filesystem::path log() const { return all / "log"; }
};

class Run {
 public:
  /// @param words  of the command line, behind `run`
  Run(api::RunRequest request, RunFolder folder, std::vector<std::string> words);
  ~Run();
  Run(Run const&) = delete;
  Run& operator=(Run const&) = delete;

  /// unavailable: it cannot be started.
  [[nodiscard]] Outcome<void> start(SupervisorOptions const& options);

  /// SIGINT, and SIGKILL where that is not heeded in time. Does not wait.
  void cancel();

  [[nodiscard]] api::RunRequest const& request() const { return request_; }

  [[nodiscard]] RunFolder const& folder() const { return folder_; }

  [[nodiscard]] EventLog const& events() const { return events_; }

  [[nodiscard]] bool ended() const { return events_.end().has_value(); }

  /// That it has left on the disk, as it was seen last: at its end, or within a second.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  [[nodiscard]] api::RunState state() const;

 private:
  using Steady = std::chrono::steady_clock;

  void watch(Child child);
  void take_lines(std::string& kept);
  void check_quotas();
  void end_for(api::RunEnd::Reason reason);
  void kill_when_due(Child const& child);
  [[nodiscard]] api::RunEnd end_of(ChildEnd const& end) const;
  [[nodiscard]] bool rebuild() const;

  api::RunRequest request_;
  RunFolder folder_;
  std::vector<std::string> words_;
  SupervisorOptions options_;
  google::protobuf::Timestamp started_;
  EventLog events_;
  std::atomic<bool> cancelled_{false};
  std::atomic<std::uint64_t> bytes_{0};
  int wake_ = -1;  // an eventfd
  // Of the thread.
  Steady::time_point begun_{};
  Steady::time_point next_look_{};
  Steady::time_point kill_at_ = Steady::time_point::max();
  bool told_ = false;    // to end
  bool killed_ = false;  // by us
  api::RunEnd::Reason reason_ = api::RunEnd::ENDED;
  std::thread thread_;
};

/// What a folder takes up, in bytes.
[[nodiscard]] std::uint64_t bytes_below(std::filesystem::path const& folder);

}  // namespace rpchspec::supervisor
